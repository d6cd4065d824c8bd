"""What is answered where there is no link."""

from starlette.types import Scope

from vayro.redirect.engine import Engine
from vayro.redirect.origin import Fields, read_address
from vayro.redirect.pages import NOT_FOUND, Refusal


def answer_miss(engine: Engine, scope: Scope, fields: Fields) -> tuple[Refusal, str | None]:
    """Count a miss of this visitor; return the refusal, and where the domain would rather send them.

    Raises Unavailable while the domains are not known.
    """
    if seconds := engine.misses.spend(read_address(engine.addresses, scope)):
        return too_many_misses(seconds), None
    served = engine.domains.find(engine.domains.resolve(fields.get(b"host", b"")))
    return NOT_FOUND, served.not_found_url if served else None


def too_many_misses(seconds: int) -> Refusal:
    """Return the refusal of who tries codes. Args: seconds, when to come back."""
    text = "So many of the links that were asked for from here do not exist that we ask you to wait a little."
    return Refusal(429, "rate_limited", "Too many unknown links", text, ((b"retry-after", b"%d" % seconds),))
