"""Takes the pictures of README and docs from a running demo college: `make screenshots`, beside `make run`.

They go to docs/images, light and 1280 pixels wide. Everybody in them is simulated.
"""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.chromium import CHROMIUM, NONE_FOUND, launched

IMAGES = Path(__file__).resolve().parent / "images"
WIDTH, HEIGHT = 1280, 860
LARGEST = 300 * 1024
"""Bytes: a picture is loaded by everybody who reads the README."""


def main() -> None:
    """Take every picture, or say what is missing."""
    options = _options()
    if not CHROMIUM:
        sys.exit(NONE_FOUND)
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", locale="en-GB")
        page.emulate_media(reduced_motion="reduce")
        _sign_in(page, options)
        _take(page, options.url, "/", "home")
        student = page.locator("main a[href*='/students/']").first.get_attribute("href")
        if student is None:
            sys.exit("The home page lists no student: calibrate the demo college first.")
        _take(page, options.url, student, "student")
        _take(page, options.url, "/galaxy", "galaxy")
        _take(page, options.url, "/class", "class")
        browser.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:8000", help="where the demo college is served")
    parser.add_argument("--username", default="ADV001")
    parser.add_argument("--password", default="Dr. Priya Mehta001", help="that of the demo, which is no secret")
    return parser.parse_args()


def _sign_in(page: Page, options: argparse.Namespace) -> None:
    page.goto(options.url)
    page.get_by_label("User name").fill(options.username)
    page.get_by_label("Password", exact=True).fill(options.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()


def _take(page: Page, url: str, path: str, name: str) -> None:
    page.goto(f"{url}{path}")
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("status", name="Loading")).to_have_count(0, timeout=30_000)
    page.evaluate("document.fonts.ready")
    picture = IMAGES / f"{name}.png"
    page.screenshot(path=str(picture))
    size = picture.stat().st_size
    print(f"docs/images/{picture.name}: {size / 1024:.0f} KB")
    if size > LARGEST:
        sys.exit(f"{picture.name} has {size} bytes; at most {LARGEST} go into the documentation.")


if __name__ == "__main__":
    main()
