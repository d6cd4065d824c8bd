"""The frame of the dashboard: getting in, getting around, and what it does when it cannot go on."""

from urllib.parse import parse_qs, urlsplit

from playwright.async_api import expect

from tests.browser.stage import Stage, sign_in


async def test_every_page_is_accessible_and_silent(stage: Stage) -> None:
    for path in ["/", "/analytics", "/settings", *(f"/settings/{name}" for name in SETTINGS)]:
        page = await stage.open(path)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await page.wait_for_load_state("networkidle")
        await stage.check()


SETTINGS = ("security", "members", "keys", "domains", "plan", "data", "audit")


async def test_whoever_is_not_signed_in_is_led_back_to_where_they_were(stage: Stage) -> None:
    await stage.context.clear_cookies()
    page = await stage.open("/analytics?range=7d&country=DE")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["next"] == ["/analytics?range=7d&country=DE"]
    await stage.check()
    await stage.shot("sign-in")
    await page.get_by_label("E-mail address").fill(stage.email)
    await page.get_by_label("Password").fill(stage.password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Analytics", level=1)).to_be_visible()
    assert page.url.endswith("/analytics?range=7d&country=DE")


async def test_nobody_is_led_to_another_site_after_signing_in(stage: Stage) -> None:
    await stage.context.clear_cookies()
    for elsewhere in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        page = await stage.open(f"/sign-in?next={elsewhere}")
        await page.get_by_label("E-mail address").fill(stage.email)
        await page.get_by_label("Password").fill(stage.password)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Links", level=1)).to_be_visible()
        assert page.url == f"{stage.url}/"
        await stage.context.clear_cookies()


async def test_a_session_that_ends_is_renewed_in_place(stage: Stage) -> None:
    page = await stage.open("/settings/keys")
    await expect(page.get_by_role("heading", name="API keys", level=1)).to_be_visible()
    await page.wait_for_load_state("networkidle")  # the list of keys, too, would be refused
    await stage.context.clear_cookies()
    # The way through the settings asks for something new, and that is refused.
    await page.get_by_role("navigation", name="Settings").get_by_role("link", name="Workspace").click()
    dialog = page.get_by_role("dialog", name="Your session ended")
    await expect(dialog).to_be_visible()
    await stage.check()
    await stage.shot("session-ended")
    await dialog.get_by_label("Password").fill("not the password")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_label("Password").fill(stage.password)
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    assert page.url.endswith("/settings/members")
    await expect(page.get_by_role("main").get_by_text(stage.email).first).to_be_visible()


async def test_everything_is_reached_by_the_palette(stage: Stage) -> None:
    await stage.api.post("/v1/links", json={"target_url": "https://example.com/autumn", "title": "Autumn catalogue"})
    page = await stage.open("/")
    await expect(page.get_by_role("heading", name="Links", level=1)).to_be_visible()
    await page.keyboard.press("Control+k")
    box = page.get_by_role("combobox")
    await expect(box).to_be_focused()
    await box.press_sequentially("audit")
    await expect(page.get_by_role("option", name="Settings: Audit log")).to_be_visible()
    await stage.check()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Audit log", level=1)).to_be_visible()
    await page.keyboard.press("Control+k")
    await box.press_sequentially("catalogue")
    await expect(page.get_by_role("option", name="Autumn catalogue")).to_be_visible()
    await stage.shot("palette")
    await page.keyboard.press("ArrowDown")
    await page.get_by_role("option", name="Autumn catalogue").click()
    await page.wait_for_url("**/?link=*")


async def test_enter_does_what_was_typed_however_fast(stage: Stage) -> None:
    await stage.api.post("/v1/links", json={"target_url": "https://example.com/", "title": "Something new"})
    page = await stage.open("/analytics")
    await expect(page.get_by_role("heading", name="Analytics", level=1)).to_be_visible()
    box = page.get_by_placeholder("A link, a page, something to do")
    for words, address in (("new campaign", "**/campaigns/new"), ("settings audit", "**/settings/audit")):
        await page.keyboard.press("Control+k")
        await expect(box).to_be_focused()
        await page.keyboard.type(words)
        await page.keyboard.press("Enter")
        await page.wait_for_url(address)
        await expect(box).to_be_hidden()


async def test_pages_are_reached_by_keys_alone(stage: Stage) -> None:
    # In an empty workspace the form for the first link has the focus.
    await stage.api.post("/v1/links", json={"target_url": "https://example.com/"})
    page = await stage.open("/")
    await expect(page.get_by_role("heading", name="Links", level=1)).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.evaluate("document.activeElement.blur()")
    for keys, heading in (("ga", "Analytics"), ("gs", "Profile"), ("gl", "Links")):
        for key in keys:
            await page.keyboard.press(key)
        await expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()


async def test_offline_is_said_and_ends_by_itself(stage: Stage) -> None:
    page = await stage.open("/")
    await expect(page.get_by_role("heading", name="Links", level=1)).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await stage.context.set_offline(True)
    await expect(page.get_by_text("You are offline")).to_be_visible()
    await stage.check()
    await stage.shot("offline")
    await stage.context.set_offline(False)
    await expect(page.get_by_text("You are offline")).to_be_hidden()


async def test_the_look_is_chosen_and_kept(stage: Stage) -> None:
    links_come = await stage.hold("**/v1/links?*")
    page = await stage.open("/")
    other = "Light" if stage.look.scheme == "dark" else "Dark"
    await page.get_by_role("button", name="Account").locator("visible=true").click()
    choice = page.get_by_role("menuitemradio", name=other)
    await expect(choice).to_be_visible()
    # An empty workspace offers its first field, but not to who is at something else already.
    links_come.set()
    await expect(page.get_by_placeholder("Paste a long URL")).to_be_visible()
    await choice.click()
    await expect(page.locator(f"html[data-theme={other.lower()}]")).to_have_count(1)
    await page.reload()
    await expect(page.locator(f"html[data-theme={other.lower()}]")).to_have_count(1)
    await expect(page.get_by_role("heading", name="Links", level=1)).to_be_visible()
    await stage.check()


async def test_signing_out_ends_the_session(stage: Stage) -> None:
    page = await stage.open("/")
    await page.get_by_role("button", name="Account").locator("visible=true").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    answer = await stage.context.request.get(f"{stage.url}/v1/auth/session")
    assert answer.status == 401
    await sign_in(stage)


async def test_an_address_that_does_not_exist_says_so(stage: Stage) -> None:
    page = await stage.open("/no/such/page")
    await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    await stage.check()
    program = await stage.api.get("/no/such/page")
    assert (program.status_code, program.json()["code"]) == (404, "not_found")


async def test_a_spent_budget_counts_down(stage: Stage) -> None:
    await stage.answer("**/v1/auth/session", 429, "rate_limited", "Too many requests.", **{"Retry-After": "1"})
    page = await stage.open("/")
    await expect(page.get_by_text("Too many requests for now")).to_be_visible()
    await stage.context.unroute_all()
    await expect(page.get_by_role("heading", name="Links", level=1)).to_be_visible()


async def test_the_way_back_from_a_provider_is_remembered_once(stage: Stage) -> None:
    """The provider itself is tested in tests/api; here what the browser keeps meanwhile."""
    page = await stage.open("/sign-in")
    await page.evaluate("sessionStorage.setItem('vayro.next', '/settings/keys')")
    await page.goto(stage.url)
    await expect(page.get_by_role("heading", name="API keys", level=1)).to_be_visible()
    await page.goto(stage.url)
    await expect(page.get_by_role("heading", name="Links", level=1)).to_be_visible()
    await page.evaluate("sessionStorage.setItem('vayro.next', '//evil.example/')")
    await page.goto(stage.url)
    await expect(page.get_by_role("heading", name="Links", level=1)).to_be_visible()
    assert page.url == f"{stage.url}/"
