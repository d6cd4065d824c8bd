"""What the commands about links have in common: whose they are, which one is meant, how one is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from vayro.cli.identifiers import parse_uuid

if TYPE_CHECKING:
    from uuid import UUID

    from pydantic import BaseModel

    from vayro.cli.session import Session
    from vayro.links.domains import DomainDirectory
    from vayro.links.record import LinkRecord
    from vayro.links.service import LinkService

    Model = TypeVar("Model", bound=BaseModel)

OfUser = Annotated[
    str | None,
    typer.Option("--user", metavar="EMAIL", help="In whose workspace; default: the first administrator's."),
]
LinkName = Annotated[str, typer.Argument(metavar="LINK", help="Its short code or its id.")]
OfDomain = Annotated[str | None, typer.Option("--domain", help="Its short domain, when it is not the default one.")]


def describe(record: LinkRecord, domains: DomainDirectory) -> dict[str, Any]:
    """Return the link as the API shows it."""
    from msgspec.structs import asdict

    from vayro.links.view import view

    return asdict(view(record, domains))


async def find_link(
    session: Session, service: LinkService, name: str, domain: str | None, email: str | None
) -> LinkRecord:
    """Return the link with this id, or this code in this domain, in the workspace meant. Raises NotFound."""
    workspace_id = await find_workspace(session, email)
    if link_id := parse_uuid(name):
        return await service.get(workspace_id, link_id)
    return await service.get_by_code(name, domain, workspace_id)


async def find_workspace(session: Session, email: str | None) -> UUID:
    """Return the workspace of the user named, or of the first administrator."""
    return (await session.find_owner(email)).workspace_id


def validate(model: type[Model], values: dict[str, Any]) -> Model:
    """Return the model of what was typed. Raises ValidationFailed, which says what is wrong with which option."""
    from pydantic import ValidationError

    from vayro.errors import ValidationFailed

    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValidationFailed(f"{place}: {str(first['msg']).removeprefix('Value error, ')}") from None


def parse_metadata(text: str | None) -> Any:
    """Return the JSON that was typed. Raises ValidationFailed."""
    import json

    from vayro.errors import ValidationFailed

    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValidationFailed("metadata: it is not JSON, like '{\"campaign\": 7}'.") from None
