"""The port of generation: who writes a site, how it is laid out, and whether the page may be served.

What writes and draws is loaded when the first page is made: 20 ms and 3 MB, which few API processes need.
"""

from vayro.settings import Settings
from vayro.sites.content import Copywriter, Facts, SiteContent
from vayro.sites.designs.catalogue import DESIGNS, choose_design

__all__ = ["DESIGNS", "check_page", "choose_design", "lay_out", "open_copywriter"]


def open_copywriter(settings: Settings, generator: str) -> Copywriter:
    """Return who writes: `ai`, or `template` for everything else. Nothing is connected yet."""
    from vayro.sites.copywriting.ai import AiCopywriter  # noqa: PLC0415  # see above
    from vayro.sites.copywriting.template import TemplateCopywriter  # noqa: PLC0415

    return AiCopywriter(settings) if generator == "ai" else TemplateCopywriter()


def lay_out(design: str, facts: Facts, content: SiteContent) -> str:
    """Return the page. Raises SiteRefused."""
    from vayro.sites.designs.layout import lay_out as draw  # noqa: PLC0415  # see above

    return draw(design, facts, content)


def check_page(html: str) -> None:
    """Raise SiteRefused for a page that may not be served."""
    from vayro.sites.page_check import check_page as check  # noqa: PLC0415  # see above

    check(html)
