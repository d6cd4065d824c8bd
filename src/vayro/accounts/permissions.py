"""Scopes and roles: what a caller may do in a workspace."""

from collections.abc import Iterable, Mapping
from typing import Literal

from vayro.errors import Forbidden, ValidationFailed

Scope = Literal[
    "links:read",
    "links:write",
    "analytics:read",
    "sites:read",
    "sites:write",
    "campaigns:read",
    "campaigns:write",
    "admin",
]
Role = Literal["owner", "admin", "member", "viewer"]

SCOPES: tuple[Scope, ...] = (
    "links:read",
    "links:write",
    "analytics:read",
    "sites:read",
    "sites:write",
    "campaigns:read",
    "campaigns:write",
    "admin",
)
ROLES: tuple[Role, ...] = ("owner", "admin", "member", "viewer")
ALL_SCOPES: frozenset[Scope] = frozenset(SCOPES)
EVERYTHING = "*"
OWNER: Role = "owner"

ROLE_SCOPES: Mapping[Role, frozenset[Scope]] = {
    "owner": ALL_SCOPES,
    "admin": ALL_SCOPES,
    "member": ALL_SCOPES - {"admin"},
    "viewer": frozenset({"links:read", "analytics:read", "sites:read", "campaigns:read"}),
}
"""`admin` is the scope of members, keys, domains, billing and the audit log. Only an owner makes and unmakes owners."""


def scopes_of(role: str, granted: str = EVERYTHING) -> frozenset[Scope]:
    """Return what a person of this role may do with a key of these scopes (`*`, or names with spaces between them).

    A key never allows more than its user's role does now. What is not known any more allows nothing.
    """
    allowed = next((scopes for known, scopes in ROLE_SCOPES.items() if known == role), frozenset[Scope]())
    return allowed if granted == EVERYTHING else allowed & frozenset(granted.split())


def parse_scopes(names: Iterable[str]) -> str:
    """Return scopes as they are stored. Raises ValidationFailed, which lists those that exist."""
    wanted = set(names)
    if wanted <= {EVERYTHING}:
        return EVERYTHING
    if unknown := wanted - ALL_SCOPES:
        raise ValidationFailed(
            f"There is no scope {min(unknown)[:40]!r}; there are {', '.join(SCOPES)}.", field="scopes"
        )
    return " ".join(scope for scope in SCOPES if scope in wanted)


def require(scopes: frozenset[Scope], wanted: str) -> None:
    """Raise Forbidden unless the scope is among them; the message names it."""
    if wanted not in scopes:
        raise Forbidden(f"This needs the scope {wanted}.")
