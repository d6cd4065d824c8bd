"""How people sign in: passwords, second factors and sessions."""

import base64
import datetime as dt

from playwright.async_api import Page, Route, expect

from tests.browser import keyboard
from tests.browser.stage import Stage, sign_in
from vayro.accounts import totp


async def test_a_password_is_changed_in_the_words_of_the_api(stage: Stage) -> None:
    page = await stage.open("/settings/security")
    current = page.get_by_label("Current password")
    await current.fill("not it")
    await page.get_by_label("New password").fill("password1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The password is wrong.")).to_be_visible()
    await current.fill(stage.password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("one of the most common ones")).to_be_visible()
    await stage.check()
    await page.get_by_label("New password").fill("a few words in a row")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Password changed.")).to_be_visible()
    await expect(current).to_have_value("")
    stage.password = "a few words in a row"
    await stage.context.clear_cookies()
    await sign_in(stage)


async def test_a_second_factor_is_switched_on_and_off_by_keyboard_alone(stage: Stage) -> None:
    page = await stage.open("/settings/security")
    await press(page, "Switch on")
    await prove(page, stage)
    dialog = page.get_by_role("dialog", name="Add Vayro to your authenticator app")
    await expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    await stage.check()
    await stage.shot("settings-second-factor")
    secret = (await dialog.locator("code").inner_text()).replace(" ", "")
    await expect(dialog.get_by_label("Code that the app shows")).to_be_focused()
    await page.keyboard.type("000000")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("The code is wrong.")).to_be_visible()
    await page.keyboard.press("Control+a")
    await page.keyboard.type(code_of(secret))
    await page.keyboard.press("Enter")

    codes = page.get_by_role("dialog", name="Your recovery codes")
    await expect(codes.get_by_role("listitem")).to_have_count(10)
    await expect(codes.get_by_role("button", name="Done")).to_be_disabled()
    await stage.check()
    await press(page, "Copy")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert len(copied.split()) == 10
    await keyboard.reach(page, codes.get_by_label("I keep them in a safe place"))
    await page.keyboard.press("Space")
    await press(page, "Done")
    await expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    await stage.shot("settings-security", is_full=True)

    # Whoever is quick is at the next question while the page still reads what the last answer changed.
    session_comes = await stage.hold("**/v1/auth/session")
    await press(page, "New recovery codes")
    await prove(page, stage)
    await expect(codes.get_by_role("listitem")).to_have_count(10)
    assert copied.split()[0] not in await codes.inner_text()
    await keyboard.reach(page, codes.get_by_label("I keep them in a safe place"))
    await page.keyboard.press("Space")
    await press(page, "Done")

    await press(page, "Switch off")
    await prove(page, stage)
    await expect(page.get_by_role("dialog")).to_be_hidden()
    session_comes.set()
    await expect(page.get_by_text("You sign in with your password alone.")).to_be_visible()
    await stage.check()


async def test_sessions_are_seen_and_ended(stage: Stage) -> None:
    await stage.context.clear_cookies()  # as another browser, which knows nothing of the first session
    await sign_in(stage)
    page = await stage.open("/settings/security")
    sessions = page.get_by_role("list", name="Sessions").get_by_role("listitem")
    await expect(sessions).to_have_count(2)
    await expect(sessions.filter(has_text="This one")).to_have_count(1)
    await stage.check()
    await sessions.get_by_role("button", name="Sign out").click()
    await expect(sessions).to_have_count(1)
    await page.get_by_role("button", name="Sign out everywhere").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_whoever_must_have_a_second_factor_is_led_to_it(stage: Stage) -> None:
    async def require(route: Route) -> None:
        answer = await route.fetch()
        session = await answer.json()
        if not session["user"]["has_second_factor"]:
            session |= {"must_switch_second_factor_on": True, "scopes": []}
        await route.fulfill(response=answer, json=session)

    await stage.context.route("**/v1/auth/session", require)
    page = await stage.open("/analytics")
    await expect(page.get_by_role("heading", name="Security", level=1)).to_be_visible()
    why = page.get_by_text("A second factor is required here")
    await expect(why).to_be_visible()
    await stage.check()
    await stage.shot("settings-second-factor-required")
    await page.get_by_role("link", name="Profile").click()
    await page.get_by_role("button", name="Switch on").click()
    await prove(page, stage)
    secret = (await page.get_by_role("dialog").locator("code").inner_text()).replace(" ", "")
    await page.get_by_label("Code that the app shows").fill(code_of(secret))
    await page.keyboard.press("Enter")
    await expect(why).to_be_hidden()
    await page.get_by_label("I keep them in a safe place").check()
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("link", name="API keys").click()
    await expect(page.get_by_role("heading", name="API keys", level=1)).to_be_visible()


async def press(page: Page, name: str) -> None:
    """Press a button by keyboard."""
    await keyboard.press(page, page.get_by_role("button", name=name, exact=True))


async def prove(page: Page, stage: Stage) -> None:
    """Type the password where it is asked for."""
    await expect(page.get_by_label("Your password")).to_be_focused()
    await page.keyboard.type(stage.password)
    await page.keyboard.press("Enter")


def code_of(secret: str) -> str:
    """Return what the app shows now."""
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return totp.code_of(raw, totp.step_of(dt.datetime.now(dt.UTC)))
