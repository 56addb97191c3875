"""The browser that the tests, the measurements and the pictures of the portal are made with."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

# The shell is the same browser without windows, and opens a page in half the time.
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
NONE_FOUND = "There is no chromium: apt install chromium-headless-shell or chromium, or name one in CHROMIUM."
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launched(playwright: Playwright) -> Browser:
    """Debian's Chromium, without windows; only where there is a CHROMIUM."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
