"""The last look at a page before it may be stored: made of nothing but what our designs use.

The policy that pages are served under lets nothing run, load or submit anyway. This finds what should never have been
in one: a mistake of a design, or text that got past the escaping.
"""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Never

from vayro.sites.content import SiteRefused

MAX_PAGE_BYTES = 81_920
"""Content that is as long as it may be stays below; what people write makes pages of a fifth of it."""

_TEXT = "html head body title style main header footer nav section article div h1 h2 h3 p ul ol li dl dt dd a span"
_MORE = "bdi strong em b i small br hr address figure figcaption blockquote details summary meta link"
_DRAWING = "svg g path circle ellipse rect line polyline polygon defs pattern use lineargradient stop clippath"
_TAGS = frozenset(f"{_TEXT} {_MORE} {_DRAWING}".split())
_COMMON = frozenset({"class", "id", "lang", "dir", "role", "open", "tabindex", "translate"})
_DRAWN = (
    "viewbox width height x y x1 y1 x2 y2 cx cy r rx ry d points fill fill-opacity fill-rule stroke stroke-width "
    "stroke-linecap stroke-linejoin stroke-dasharray stroke-opacity opacity transform offset stop-color stop-opacity "
    "patternunits patterntransform preserveaspectratio focusable clip-path gradienttransform gradientunits "
    "pathlength vector-effect"
)
_OF_DRAWINGS = frozenset(_DRAWN.split())
_OWN = {"a": {"href"}, "use": {"href"}, "meta": {"charset", "name", "content", "http-equiv"}, "link": {"rel", "href"}}
_META_NAMES = frozenset({"viewport", "description", "color-scheme", "theme-color", "format-detection"})
_LINK = re.compile(r"tel:\+[0-9]{7,15}|mailto:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-]{3,400}|#[a-z][a-z0-9-]*")
_ICON = re.compile(r"data:image/svg\+xml,%3Csvg[A-Za-z0-9 %='/:.,#-]+%3C/svg%3E")
_STYLE = re.compile(
    r"url\s*\(|@import|@font-face|expression|javascript|(?<![\w-])behaviou?r\s*:|-moz-binding|\\|<", re.IGNORECASE
)
_PAINT = re.compile(r"url\(#[a-z0-9-]+\)")
_POLICY = "content-security-policy"


def check_page(html: str) -> None:
    """Return when the page may be served. Raises SiteRefused, which says why it may not."""
    if (size := len(html.encode("utf-8", "surrogatepass"))) > MAX_PAGE_BYTES:
        raise SiteRefused(f"The page has {size} bytes; {MAX_PAGE_BYTES} are allowed.")
    if not html.startswith("<!doctype html>"):
        raise SiteRefused("The page does not begin with its document type.")
    look = _Look()
    look.feed(html)
    look.close()
    look.finish()


class _Look(HTMLParser):
    """Reads a page and refuses the first thing that no design has."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._styles = 0
        self._policies = 0
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            _refuse(f"the element <{tag[:40]}>")
        self._is_style = tag == "style"
        self._styles += tag == "style"
        for name, value in attrs:
            self._check_attribute(tag, name, value or "")
        if tag == "meta":
            self._check_meta(dict(attrs))

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._is_style = False

    def handle_data(self, data: str) -> None:
        if self._is_style and (found := _STYLE.search(data)):
            _refuse(f"“{found[0]}” in its style")

    def handle_comment(self, data: str) -> None:  # noqa: ARG002
        _refuse("a comment")

    def handle_pi(self, data: str) -> None:  # noqa: ARG002
        _refuse("a processing instruction")

    def unknown_decl(self, data: str) -> None:  # noqa: ARG002
        _refuse("a declaration")

    def finish(self) -> None:
        """Refuse what is missing or there twice."""
        if self._styles != 1 or self._policies != 1:
            raise SiteRefused("The page has not exactly one style and one policy.")

    def _check_attribute(self, tag: str, name: str, value: str) -> None:
        if name == "href":
            pattern = _ICON if tag == "link" else _LINK
            if name not in _OWN.get(tag, ()) or not pattern.fullmatch(value):
                _refuse(f"the address “{value[:80]}”")
        elif name not in _COMMON | _OF_DRAWINGS | _OWN.get(tag, set()) and not name.startswith("aria-"):
            _refuse(f"the attribute “{name[:40]}” of <{tag}>")
        elif "url(" in value.lower() and tag != "meta" and not _PAINT.fullmatch(value):
            _refuse(f"the address “{value[:80]}”")
        elif tag == "link" and name == "rel" and value != "icon":
            _refuse(f"a link to its {value[:40]}")

    def _check_meta(self, attributes: dict[str, str | None]) -> None:
        kind = attributes.get("http-equiv")
        if kind is not None:
            if kind.lower() != _POLICY:
                _refuse(f"an instruction to browsers: {kind[:40]}")
            self._policies += 1
        elif "charset" not in attributes and attributes.get("name") not in _META_NAMES:
            _refuse("a <meta> that is not ours")


def _refuse(what: str) -> Never:
    raise SiteRefused(f"The page holds {what}, which no page may hold.")
