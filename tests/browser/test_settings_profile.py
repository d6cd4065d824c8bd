"""The person: their data, their workspaces, and the end of their account."""

import json

from playwright.async_api import expect

from tests.browser import downloads
from tests.browser.people import add_member
from tests.browser.stage import Stage


async def test_everything_that_is_kept_is_downloaded(stage: Stage) -> None:
    await stage.api.post("/v1/links", json={"target_url": "https://example.com/mine"})
    page = await stage.open("/settings")
    await expect(page.get_by_role("main").get_by_text(stage.email).first).to_be_visible()
    await stage.check()
    await stage.shot("settings-profile", is_full=True)
    async with page.expect_download() as started:
        await page.get_by_role("button", name="Download my data").click()
    download = await started.value
    assert download.suggested_filename.startswith("vayro-account-")
    kept = json.loads(await downloads.read(download))
    assert "https://example.com/mine" in json.dumps(kept)


async def test_a_further_workspace_is_made_entered_and_left_for_another(stage: Stage) -> None:
    page = await stage.open("/settings")
    await page.get_by_label("A further workspace").fill("Second")
    await page.keyboard.press("Enter")
    workspaces = page.get_by_role("list", name="Workspaces")
    await expect(workspaces.get_by_text("Second", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Go there: Second").click()
    await expect(page.get_by_role("heading", name="Links", level=1)).to_be_visible()
    page = await stage.open("/settings")
    await expect(workspaces.get_by_role("listitem").filter(has_text="Second")).to_contain_text("You are here")
    await page.get_by_role("button", name="Leave").click()
    await page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    await expect(page.get_by_text("The last owner stays")).to_be_visible()
    await stage.check()


async def test_a_workspace_with_another_owner_is_left(stage: Stage) -> None:
    await add_member(stage, "owner")
    await stage.api.patch("/v1/workspace", json={"name": "Ours"})
    page = await stage.open("/settings")
    await page.get_by_role("button", name="Leave").click()
    await expect(page.get_by_role("dialog", name="Leave Ours?")).to_be_visible()
    await stage.check()
    await page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    # Whoever belongs nowhere any more has a workspace of their own.
    workspaces = page.get_by_role("list", name="Workspaces")
    await expect(workspaces.get_by_text("Ours", exact=True)).to_be_hidden()
    await expect(workspaces.get_by_role("listitem")).to_contain_text("You are an owner.")


async def test_an_account_is_linked_with_the_provider_after_its_password(stage: Stage) -> None:
    there = f"{stage.url}/settings/security#provider"
    await stage.context.route(
        "**/v1/auth/methods", lambda route: route.fulfill(json={"sign_up": "open", "provider": "Example ID"})
    )
    await stage.context.route("**/v1/auth/oidc/link", lambda route: route.fulfill(json={"address": there}))
    page = await stage.open("/settings")
    await page.get_by_role("button", name="Link my account").click()
    await expect(page.get_by_role("dialog", name="Link Example ID")).to_be_visible()
    await stage.check()
    await page.get_by_label("Your password").fill(stage.password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(there)


async def test_an_account_is_erased_after_its_password(stage: Stage) -> None:
    link = (await stage.api.post("/v1/links", json={"target_url": "https://example.com/gone"})).json()
    page = await stage.open("/settings")
    await page.get_by_role("button", name="Erase my account").click()
    dialog = page.get_by_role("dialog", name="Erase your account?")
    await expect(dialog.get_by_text("Every workspace that only you belong to")).to_be_visible()
    await stage.check()
    await stage.shot("settings-erase")
    await dialog.get_by_label("Your password").fill("not it")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("The password is wrong.")).to_be_visible()
    await dialog.get_by_label("Your password").fill(stage.password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert (await stage.api.get(f"/v1/links/{link['id']}")).status_code == 401
