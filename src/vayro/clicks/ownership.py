"""Whose a link is, for what is counted: a link that was deleted a moment ago, too.

Its deletion may be taken back. Until that is over, rollups are made as if it were still there: else they would lack its
clicks afterwards, and nothing would say so.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, select, union_all

from vayro.database.models import link_deletions, links


def owned_links() -> tuple[Select[Any], Select[Any]]:
    """Return rows (id, workspace_id) of the links that are there, and of those whose deletion may be taken back."""
    return select(links.c.id, links.c.workspace_id), kept_links()


def kept_links() -> Select[Any]:
    """Return rows (id, workspace_id) of the links whose deletion may be taken back."""
    gone = link_deletions.c
    return select(gone.link_id.label("id"), gone.workspace_id).where(gone.kept.is_not(None))


def links_of(workspace_id: UUID) -> CompoundSelect[Any]:
    """Return the identifiers of a workspace's links, with those whose deletion may be taken back."""
    own, gone = links.c, link_deletions.c
    return union_all(
        select(own.id).where(own.workspace_id == workspace_id),
        select(gone.link_id).where(gone.workspace_id == workspace_id, gone.kept.is_not(None)),
    )
