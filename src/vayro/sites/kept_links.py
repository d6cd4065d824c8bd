"""Sites whose link was a duplicate, and went: they follow to the one that is kept."""

from collections.abc import Callable, Sequence

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.models import links, sites
from vayro.links.record import LinkRecord


async def follow_kept_links(
    connection: AsyncConnection, gone: Sequence[LinkRecord], short_url: Callable[[str, str], str]
) -> int:
    """Give each site of one of these links the active canonical link of the same destination; return how many got one.

    To be called in the transaction that deactivates them, so that no message carries a link that leads nowhere.
    Args: short_url, of a domain and a code.
    """
    old, kept, other = links.alias("old"), links.alias("kept"), sites.alias("other")
    same = [old.c[name] == kept.c[name] for name in ("workspace_id", "target_url", "link_type")]
    query = (
        select(sites.c.id, kept.c.id.label("link_id"), kept.c.domain, kept.c.short_code)
        .join(old, old.c.id == sites.c.link_id)
        .join(kept, same[0] & same[1] & same[2])
        .where(old.c.id.in_([one.id for one in gone]), kept.c.canonical, kept.c.is_active)
        .where(~exists().where(other.c.link_id == kept.c.id))
    )
    found = (await connection.execute(query)).all()
    rows = [{"key": row.id, "new": row.link_id, "url": short_url(row.domain, row.short_code)} for row in found]
    key, new = (bindparam(name, type_=sites.c.id.type) for name in ("key", "new"))
    if rows:
        statement = update(sites).where(sites.c.id == key).values(link_id=new, short_url=bindparam("url"))
        await connection.execute(statement, rows)
    return len(rows)
