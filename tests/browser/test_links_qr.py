"""QR codes, designed and saved."""

import struct
from xml.etree import ElementTree as ET

from playwright.async_api import expect

from tests.browser.link_rows import choose, make_links
from tests.browser.stage import Stage

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#29518f"/></svg>'
SVG = "{http://www.w3.org/2000/svg}"


async def test_a_qr_code_gets_colours_and_a_logo_and_is_saved(stage: Stage) -> None:
    [link] = await make_links(stage, {"target_url": "https://example.com/poster", "title": "Poster"})
    page = await stage.open("/")
    await choose(page, "Poster", "QR code")
    dialog = page.get_by_role("dialog", name="QR code")
    await expect(dialog.get_by_role("img", name=f"QR code of {link['short_url']}")).to_be_visible()
    await stage.check()
    await dialog.get_by_label("Ground", exact=True).fill("#333333")
    await expect(dialog.get_by_text("These colours are close to each other")).to_be_visible()
    await stage.check()
    await dialog.get_by_label("Ground", exact=True).fill("#fbe9e1")
    await expect(dialog.get_by_text("These colours are close to each other")).to_be_hidden()
    await dialog.get_by_label("Code", exact=True).fill("17202f")
    await dialog.get_by_label("Margin").fill("2")

    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.post_data else None)
    logo = {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": LOGO.encode()}
    async with page.expect_request(lambda request: "error_correction=H" in request.url):
        await dialog.get_by_label("Logo", exact=True).set_input_files(logo)
    await expect(dialog.get_by_text("H, 30 %")).to_be_visible()
    await stage.check()
    await stage.shot("links-qr")
    await dialog.get_by_label("Size of the PNG").select_option("512")
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Download PNG").click()
    png = (await (await download.value).path()).read_bytes()
    assert struct.unpack(">II", png[16:24]) == (512, 512)
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Download SVG").click()
    assert (await download.value).suggested_filename == f"{link['short_code']}.svg"
    picture = ET.fromstring((await (await download.value).path()).read_text(encoding="utf-8"))
    assert picture.find(f"{SVG}image") is not None
    assert sent == []
