"""Others in the workspace of a stage, put there without their mails."""

import datetime as dt

from sqlalchemy import insert

from tests.browser.stage import Stage
from tests.factories import make_user
from vayro.database.engine import open_database
from vayro.database.models import workspace_members


async def add_member(stage: Stage, role: str) -> str:
    """Have somebody else belong to the workspace; return their address."""
    workspace_id = (await stage.api.get("/v1/auth/session")).json()["workspace_id"]
    database = open_database(stage.site.settings)
    try:
        user = await make_user(database, email=f"colleague-of-{stage.email}")
        values = {"workspace_id": workspace_id, "user_id": user.id, "role": role, "created_at": dt.datetime.now(dt.UTC)}
        async with database.transaction() as connection:
            await connection.execute(insert(workspace_members).values(values))
    finally:
        await database.close()
    return str(user.email)


async def set_role(stage: Stage, role: str) -> None:
    """Give the person another role in their workspace."""
    database = open_database(stage.site.settings)
    try:
        user_id = (await stage.api.get("/v1/auth/session")).json()["user"]["id"]
        async with database.transaction() as connection:
            fits = workspace_members.c.user_id == user_id
            await connection.execute(workspace_members.update().where(fits).values(role=role))
    finally:
        await database.close()
