"""QR codes of short links."""

import io
import re
from typing import Literal, get_args

import segno

from vayro.errors import ValidationFailed
from vayro.links.excerpt import excerpt

QrFormat = Literal["svg", "png"]
MEDIA_TYPES: dict[QrFormat, str] = {"svg": "image/svg+xml", "png": "image/png"}
MIN_SIZE = 64
MAX_SIZE = 2048
DEFAULT_SIZE = 512
# The quiet zone that ISO/IEC 18004 asks for: four modules on each side.
DEFAULT_MARGIN = 4
MAX_MARGIN = 16
ErrorCorrection = Literal["L", "M", "Q", "H"]
DEFAULT_CORRECTION: ErrorCorrection = "M"
COLOR = "#?(?:[0-9A-Fa-f]{3}){1,2}"
"""The colours that are drawn, as a regular expression."""


def render_qr_code(
    url: str,
    form: QrFormat = "svg",
    *,
    size: int = DEFAULT_SIZE,
    color: str = "000000",
    background: str = "ffffff",
    margin: int = DEFAULT_MARGIN,
    correction: ErrorCorrection = DEFAULT_CORRECTION,
) -> bytes:
    """Return the QR code of an address, about `size` pixels wide (a PNG's modules are whole pixels, so not wider).

    Colours are hexadecimal, with or without `#`; the margin is counted in modules. The code corrects at least as many
    errors as asked for, more where that makes it no larger. Raises ValidationFailed for what cannot be drawn.
    """
    if form not in get_args(QrFormat):
        raise ValidationFailed("The format is svg or png.", field="format")
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise ValidationFailed(f"The size is {MIN_SIZE} to {MAX_SIZE} pixels.", field="size")
    if not 0 <= margin <= MAX_MARGIN:
        raise ValidationFailed(f"The margin is 0 to {MAX_MARGIN} modules.", field="margin")
    if correction not in get_args(ErrorCorrection):
        raise ValidationFailed("The error correction is L, M, Q or H.", field="error_correction")
    dark, light = _read_color(color, "color"), _read_color(background, "background")
    code = segno.make(url, error=correction.lower(), micro=False)
    modules = code.symbol_size(border=margin)[0]
    output = io.BytesIO()
    scale = size / modules if form == "svg" else max(1, size // modules)
    code.save(output, kind=form, scale=scale, border=margin, dark=dark, light=light)
    return output.getvalue()


def _read_color(text: str, field: str) -> str:
    if not re.fullmatch(COLOR, text):
        raise ValidationFailed(f"{excerpt(text)} is not a colour like 1a2b3c or #fff.", field=field)
    return f"#{text.removeprefix('#')}"
