"""The workspace: its members, keys, domains, plan, and what happened in it."""

import asyncio
import datetime as dt

from playwright.async_api import expect

from tests.browser.people import add_member, set_role
from tests.browser.stage import Stage
from tests.dns_zone import dns_zone


async def test_members_come_and_go(stage: Stage) -> None:
    colleague = await add_member(stage, "member")
    page = await stage.open("/settings/members")
    await page.get_by_label("Name of the workspace").fill("Marketing")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Renamed.")).to_be_visible()
    assert (await stage.api.get("/v1/workspace")).json()["name"] == "Marketing"

    role = page.get_by_label(f"Role of {colleague}")
    await role.select_option("Viewer")
    await expect(page.get_by_text(f"{colleague} is a viewer now.")).to_be_visible()
    mine = page.get_by_label(f"Role of {stage.email}")
    await mine.select_option("Member")
    await expect(page.get_by_text("The last owner stays")).to_be_visible()
    await expect(mine).to_have_value("owner")

    await page.get_by_label("E-mail address").fill("grace@example.com")
    await page.keyboard.press("Enter")
    invitations = page.get_by_role("list", name="Open invitations")
    await expect(invitations.get_by_text("grace@example.com")).to_be_visible()
    await stage.check()
    await stage.shot("settings-members", is_full=True)
    await invitations.get_by_role("button", name="Withdraw").click()
    await expect(invitations).to_be_hidden()

    await page.get_by_role("button", name=f"Remove {colleague}").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("list", name="Members").get_by_role("listitem")).to_have_count(1)


async def test_a_key_is_made_tried_and_revoked(stage: Stage) -> None:
    page = await stage.open("/settings/keys")
    await page.get_by_role("button", name="New key").click()
    await page.get_by_label("Name").fill("nightly report")
    await expect(page.get_by_label("Make and change links")).to_be_checked()
    await page.get_by_label("Expires").select_option("Never")
    await stage.check()
    await stage.shot("settings-key-new")
    await page.get_by_role("button", name="Make the key").click()
    made = page.get_by_role("dialog", name="The key nightly report is made")
    await made.get_by_role("button", name="Copy command").click()
    await stage.check()
    command = await page.evaluate("navigator.clipboard.readText()")
    await stage.shot("settings-key-made")

    curl = await asyncio.create_subprocess_shell(f"{command} -s -o /dev/null -w '%{{http_code}}'", stdout=-1)
    said, _ = await curl.communicate()
    assert said == b"201", command

    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Close without having copied it?")).to_be_visible()
    await page.get_by_role("button", name="Go back").click()
    await made.get_by_role("button", name="I have copied it").click()
    keys = page.get_by_role("list", name="API keys")
    await expect(keys.get_by_text("nightly report")).to_be_visible()
    await stage.check()
    await page.get_by_role("button", name="Revoke nightly report").click()
    await page.get_by_role("button", name="Revoke the key").click()
    await expect(keys.get_by_text("nightly report")).to_be_hidden()
    await page.get_by_text("Revoked and expired").click()
    await expect(page.get_by_role("list", name="Revoked and expired keys")).to_contain_text("nightly report")
    await stage.check()


async def test_a_domain_is_claimed_proved_and_used(stage: Stage) -> None:
    name = f"{stage.email.partition('@')[0]}.test"
    page = await stage.open("/settings/domains")
    await page.get_by_role("button", name="Add a domain").click()
    await page.get_by_label("Domain", exact=True).fill("not a domain")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_text("is not a domain")).to_be_visible()
    await page.get_by_label("Domain", exact=True).fill(name)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Waits for its DNS record")).to_be_visible()
    await page.get_by_role("button", name="Copy the value").click()
    value = await page.evaluate("navigator.clipboard.readText()")
    assert value.startswith("vayro-verification=")
    await stage.check()

    async with dns_zone(int(stage.site.settings.domain_resolver.rpartition(":")[2])) as zone:
        await page.get_by_role("button", name="Check now").click()
        await expect(page.get_by_text("has no TXT record with the text that is asked for")).to_be_visible()
        await stage.shot("settings-domains")
        zone.set_txt(f"_vayro.{name}", value)
        await page.get_by_role("button", name="Check now").click()
        await expect(page.get_by_text("Serves links", exact=True)).to_be_visible()

    await page.get_by_role("button", name=f"Change {name}").click()
    await page.get_by_role("menuitem", name="Make new links here").click()
    await expect(page.get_by_text("New links are made here")).to_be_visible()
    await page.get_by_role("button", name=f"Change {name}").click()
    await page.get_by_role("menuitem", name="Front page and unknown codes").click()
    await page.get_by_label("The front page leads to").fill("nowhere")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("does not begin with https://")
    await page.get_by_label("The front page leads to").fill("https://example.com/front")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Its front page leads to https://example.com/front")).to_be_visible()
    await stage.check()

    link = (await stage.api.post("/v1/links", json={"target_url": "https://example.com/a"})).json()
    assert link["domain"] == name
    await page.get_by_role("button", name=f"Change {name}").click()
    await page.get_by_role("menuitem", name="Remove").click()
    await page.get_by_role("button", name="Remove the domain").click()
    await expect(page.get_by_text("delete them first")).to_be_visible()
    await stage.api.delete(f"/v1/links/{link['id']}")
    await page.get_by_role("button", name=f"Change {name}").click()
    await page.get_by_role("menuitem", name="Remove").click()
    await page.get_by_role("button", name="Remove the domain").click()
    await expect(page.get_by_text("No domain of your own yet")).to_be_visible()


async def test_the_plan_says_what_is_used_and_what_happens_then(stage: Stage) -> None:
    await stage.api.post("/v1/links", json={"target_url": "https://example.com/a"})
    page = await stage.open("/settings/plan")
    await expect(page.get_by_text("1 of 10,000 (0%)")).to_be_visible()
    await expect(page.get_by_text("1 of 3 (33.3%)")).to_be_visible()
    await expect(page.get_by_text("Links go on redirecting, whatever is used up.")).to_be_visible()
    await page.get_by_role("button", name="Take the plan pro").click()
    await expect(page.get_by_text("There is no billing here")).to_be_visible()
    await stage.check()
    await stage.shot("settings-plan", is_full=True)


async def test_the_audit_log_is_read_and_filtered(stage: Stage) -> None:
    for number in range(60):
        await stage.api.post(
            "/v1/links", json={"target_url": "https://example.com/a", "short_code": f"{code(stage)}{number}"}
        )
    await stage.api.patch("/v1/workspace", json={"name": "Research"})
    page = await stage.open("/settings/audit")
    entries = page.get_by_role("list", name="Entries").get_by_role("listitem")
    await expect(entries).to_have_count(50)
    await expect(entries.first).to_contain_text("renamed the workspace to Research")
    await stage.check()
    await stage.shot("settings-audit")
    await page.get_by_role("button", name="Show earlier ones").click()
    await expect(entries.nth(60)).to_contain_text(f"made the link {code(stage)}0")
    await page.get_by_label("What").select_option("Workspace renamed")
    await expect(entries).to_have_count(1)
    await entries.locator("summary").click()
    await expect(entries.get_by_text("workspace.rename")).to_be_visible()
    await stage.check()
    assert "action=workspace.rename" in page.url
    await page.get_by_label("To", exact=True).fill((dt.datetime.now(dt.UTC).date() - dt.timedelta(days=3)).isoformat())
    await expect(page.get_by_text("Nothing fits these filters")).to_be_visible()
    await page.get_by_role("button", name="Take the filters out").click()
    await expect(entries.nth(10)).to_be_visible()


async def test_viewers_see_what_they_may_and_who_may_more(stage: Stage) -> None:
    await set_role(stage, "viewer")
    for path, sentence in {
        "members": "rename it, and say who belongs to it",
        "keys": "make and revoke its keys",
        "audit": "Owners and admins of this workspace read it. You are a viewer",
        "domains": "add, change and remove domains",
        "plan": "take, change and end plans",
        "data": "members of this workspace import links. You are a viewer",
    }.items():
        page = await stage.open(f"/settings/{path}")
        await expect(page.get_by_text(sentence)).to_be_visible()
        await stage.check()
    await expect(page.get_by_role("navigation", name="Settings").get_by_role("link", name="API keys")).to_have_count(0)
    await stage.shot("settings-viewer")


def code(stage: Stage) -> str:
    """The beginning of codes that no other test has."""
    return f"{stage.email.partition('@')[0]}-"
