"""Import and export: what goes out comes in again; a bad row is told by its number."""

import json
from collections.abc import Iterable

import pytest

from tests.links.link_services import Person, draft
from vayro.links.record import LinkRecord
from vayro.links.search import LinkFilter
from vayro.links.service import LinkService
from vayro.links.transfer import ImportedRow, TransferFormat, export_links, import_links, read_rows


async def imported(
    service: LinkService, owner: Person, lines: Iterable[str], form: TransferFormat
) -> list[ImportedRow]:
    return [row async for row in import_links(service, owner, read_rows(lines, form))]


async def exported(service: LinkService, owner: Person, form: TransferFormat) -> str:
    return "".join([piece async for piece in export_links(service, owner.workspace_id, LinkFilter(), form)])


@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_an_export_can_be_imported_again(
    service: LinkService, ada: Person, bob: Person, form: TransferFormat
) -> None:
    await service.create(
        ada,
        draft(
            short_code="-dash", title="=SUM(A1)\n\"quoted\", 'and' ü", tags=["a,b", "c"], metadata={"k": [1, None]},
            expires_at="2031-01-01T00:00:00Z", max_clicks=7, redirect_status=301, cache_seconds=9, is_active=False,
        ),
    )  # fmt: skip
    await service.create(ada, draft(title="'=already quoted", tags=["x"]))
    await service.put_canonical(ada, draft(link_type="site"))
    text = await exported(service, ada, form)
    before = (await service.list_page(ada.workspace_id, LinkFilter(), sort="created_at")).links
    for link in before:
        await service.delete(ada.workspace_id, link.id)
    rows = await imported(service, bob, text.splitlines(keepends=True), form)
    assert [row.error for row in rows] == ["", "", ""]
    assert [comparable(row.link) for row in rows] == [comparable(link) for link in before]


def comparable(link: LinkRecord | None) -> dict[str, object]:
    assert link is not None
    own = {"id", "workspace_id", "user_id", "version", "created_at", "updated_at"}
    return {name: getattr(link, name) for name in link.__struct_fields__ if name not in own}


async def test_a_formula_does_not_reach_a_spreadsheet(service: LinkService, ada: Person) -> None:
    for title in ("=1+1", "+1", "-1", "@x", "\t=1"):
        await service.create(ada, draft(title=title))
    lines = (await exported(service, ada, "csv")).splitlines()[1:]
    assert all(",'" in line or ",\"'" in line for line in lines)


async def test_a_bad_row_is_named_and_the_others_are_made(service: LinkService, ada: Person) -> None:
    lines = [
        json.dumps({"target_url": "https://example.com/1"}),
        "not json",
        "",
        json.dumps(["list"]),
        json.dumps({"target_url": "https://example.com/2", "colour": "red"}),
        json.dumps({"target_url": "javascript:1"}),
        json.dumps({"target_url": "https://example.com/3"}),
    ]
    rows = await imported(service, ada, lines, "jsonl")
    assert [row.number for row in rows if row.error] == [2, 3, 4, 5]
    assert [row.link.target_url[-1] for row in rows if row.link] == ["1", "3"]
    assert rows[3].error.startswith("colour: ")


async def test_csv_cells_mean_what_people_mean(service: LinkService, ada: Person) -> None:
    lines = ["target_url,tags,is_active,max_clicks,title\n", 'https://example.com/1,"a, b",No,5,\n',
             "https://example.com/2,,,x,\n", "https://example.com/3,,,,,extra\n"]  # fmt: skip
    rows = await imported(service, ada, lines, "csv")
    first = rows[0].link
    assert first is not None
    assert (first.tags, first.is_active, first.max_clicks, first.title) == (["a", "b"], False, 5, None)
    assert rows[1].error.startswith("max_clicks: ")
    assert "more than the header" in rows[2].error


async def test_many_links_go_out_in_pieces(service: LinkService, ada: Person) -> None:
    await service.create_many(ada, [draft(f"https://example.com/{number}") for number in range(1000)])
    await service.create_many(ada, [draft(f"https://example.com/{number}") for number in range(1000, 1500)])
    pieces = [piece async for piece in export_links(service, ada.workspace_id, LinkFilter(), "jsonl")]
    assert [piece.count("\n") for piece in pieces] == [1000, 500]
    targets = [json.loads(line)["target_url"] for piece in pieces for line in piece.splitlines()]
    assert sorted(targets) == sorted(f"https://example.com/{number}" for number in range(1500))
