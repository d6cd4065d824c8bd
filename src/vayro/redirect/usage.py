"""Links that may be followed a limited number of times."""

from uuid import UUID

from sqlalchemy import BigInteger, cast, func, literal, select

from vayro.database.dialect import insert
from vayro.database.engine import Database
from vayro.database.models import link_usage, links

_UNLIMITED = 2**62


async def take_use(database: Database, link_id: str) -> bool:
    """Take one use of a link with `max_clicks`; False when none is left. Raises Unavailable.

    One statement decides, against the limit that the row has now: never one redirect more, under any concurrency.
    """
    identifier = UUID(link_id)
    limit = func.coalesce(links.c.max_clicks, _UNLIMITED)
    row = select(links.c.id, cast(literal(1), BigInteger)).where(links.c.id == identifier, limit >= 1)
    statement = insert(link_usage, database.dialect_name).from_select(["link_id", "used"], row)
    statement = statement.on_conflict_do_update(
        index_elements=[link_usage.c.link_id],
        set_={"used": link_usage.c.used + 1},
        where=link_usage.c.used < select(limit).where(links.c.id == identifier).scalar_subquery(),
    )
    async with database.transaction() as connection:
        return (await connection.execute(statement.returning(link_usage.c.used))).first() is not None
