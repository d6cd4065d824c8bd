"""The port of generation: who writes a site, how it is laid out, and whether the page may be served."""

from vayro.settings import Settings
from vayro.sites.content import Copywriter
from vayro.sites.copywriting.ai import AiCopywriter
from vayro.sites.copywriting.template import TemplateCopywriter
from vayro.sites.designs.catalogue import DESIGNS, choose_design
from vayro.sites.designs.layout import lay_out
from vayro.sites.page_check import check_page

__all__ = ["DESIGNS", "check_page", "choose_design", "lay_out", "open_copywriter"]


def open_copywriter(settings: Settings, generator: str) -> Copywriter:
    """Return who writes: `ai`, or `template` for everything else. Nothing is connected yet."""
    return AiCopywriter(settings) if generator == "ai" else TemplateCopywriter()
