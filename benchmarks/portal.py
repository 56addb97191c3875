"""How fast the portal is in Chromium: the home page on a slow computer, its scripts, and the Galaxy while it plays.

home: from the beginning of the navigation until the first student of the list has a Log button, at a CPU slowed down
four times, beside a floor of the same run: a picture of 1 KB from the same server.
Cold: nothing in the browser's cache.
scripts: bytes of the home page's first load, as they came over the network.
galaxy: 5,000 points on the page of samples, traced while playing; what the page's main thread worked for each frame,
scripting and rendering, in CPU time (what the work costs) and in wall time (which other work on the machine prolongs).

Run as ``make bench-portal``, or ``python -m benchmarks.portal --url http://localhost:8000`` for a demo that is served.
"""

import argparse
import functools
import http.server
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.chromium import CHROMIUM, NONE_FOUND, launched

ROOT = Path(__file__).resolve().parent.parent
SLOWER = 4
ROUNDS = 5
POINTS = 5_000
GOALS = {"home": 1_000, "scripts": 250, "galaxy": 16}
"""Milliseconds, kilobytes, milliseconds a frame."""

WHEN_USABLE = """
const look = () => {
  const buttons = [...document.querySelectorAll('main button')]
  const named = (one) => one.getAttribute('aria-label') ?? one.textContent ?? ''
  if (buttons.some((one) => /^log\\b/i.test(named(one).trim()))) found(performance.now())
  else requestAnimationFrame(look)
}
let found
window.usable = new Promise((done) => (found = done))
requestAnimationFrame(look)
"""


def main() -> None:
    """Measure all three, or those that were asked for."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--url", help="a served demo college; default: a new one")
    arguments.add_argument("--only", choices=["home", "galaxy"])
    options = arguments.parse_args()
    if not CHROMIUM:
        sys.exit(NONE_FOUND)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        if options.only != "galaxy":
            with demo() if options.url is None else given(options.url) as url:
                measure_home(browser, url)
        if options.only != "home":
            with samples() as url:
                measure_galaxy(browser, url)
        browser.close()


def measure_home(browser: Browser, url: str) -> None:
    """Print when the home page is usable, the floor, and the size of its scripts."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto(url)
    page.get_by_label("User name").fill("ADV001")
    page.get_by_label("Password", exact=True).fill("Dr. Priya Mehta001")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    page.add_init_script(WHEN_USABLE)
    control = page.context.new_cdp_session(page)
    control.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    usable(page, url)  # warms the server
    found: dict[str, list[float]] = {"cold": [], "warm": [], "floor": []}
    for _ in range(ROUNDS):
        for name in ("cold", "warm"):
            if name == "cold":
                control.send("Network.clearBrowserCache")
            found[name].append(usable(page, url))
        control.send("Network.clearBrowserCache")
        found["floor"].append(loaded(page, f"{url}/static/portal/mark.svg"))
    print(f"\nhome page, CPU {SLOWER}x slower, ms until usable (median of {ROUNDS}; goal {GOALS['home']})")
    for name, times in found.items():
        print(f"  {name:6} {median(times):7.0f}   {', '.join(f'{one:.0f}' for one in times)}")
    control.send("Network.clearBrowserCache")
    usable(page, url)
    print(f"\nscripts of the first load, kB compressed (goal {GOALS['scripts']} before charts)")
    total = 0
    for name, size in scripts(page):
        total += size
        print(f"  {size / 1000:7.1f} {name}")
    print(f"  {total / 1000:7.1f} together")
    page.context.close()


def usable(page: Page, url: str) -> float:
    """Milliseconds from the navigation until the first student can be logged."""
    page.goto(url, wait_until="commit")
    # Not wait_for_function: it asks again by eval, which the content security policy of the portal forbids.
    found: float = page.evaluate("() => window.usable")
    return found


def loaded(page: Page, url: str) -> float:
    page.goto(url, wait_until="load")
    found: float = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart")
    return found


def scripts(page: Page) -> list[tuple[str, int]]:
    """Names and transferred bytes, the largest first."""
    found = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.js'))"
        ".map((one) => [one.name.split('/').pop(), one.encodedBodySize])"
    )
    return sorted(((name, size) for name, size in found), key=lambda one: -one[1])


def measure_galaxy(browser: Browser, url: str) -> None:
    """Print what a frame of the playing Galaxy costs the main thread."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{url}/gallery.html?stars={POINTS}")
    play = page.get_by_role("button", name="Play")
    play.scroll_into_view_if_needed()
    categories = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
    browser.start_tracing(page=page, categories=categories)
    play.click()
    time.sleep(8)
    trace = json.loads(browser.stop_tracing())
    frames = costs(trace["traceEvents"])
    print(
        f"\nGalaxy, {POINTS:,} points, {len(frames)} frames: ms of the main thread a frame"
        f" (goal {GOALS['galaxy']} at the median)"
    )
    for name, which in (("CPU time", 0), ("wall time", 1)):
        times = sorted(one[which] for one in frames)
        print(f"  {name:9} median {median(times):5.1f}   p95 {times[int(0.95 * len(times))]:5.1f}")
    page.context.close()


def costs(events: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """CPU and wall milliseconds that the main thread worked from one animation frame to the next."""
    drawn = [one for one in events if one["name"] == "FireAnimationFrame"]
    if len(drawn) < 2:
        sys.exit("No frame was traced: does the Galaxy play?")
    thread = drawn[0]["pid"], drawn[0]["tid"]
    tasks = [one for one in events if one["name"] == "RunTask" and (one["pid"], one["tid"]) == thread and "dur" in one]
    starts = sorted(one["ts"] for one in drawn)
    frames = []
    for begin, end in itertools.pairwise(starts):
        # The frame's own task began just before its callback.
        within = [one for one in tasks if begin <= one["ts"] + one["dur"] and one["ts"] + one["dur"] < end]
        frames.append(
            (sum(one.get("tdur", one["dur"]) for one in within) / 1000, sum(one["dur"] for one in within) / 1000)
        )
    return frames


@contextmanager
def given(url: str) -> Iterator[str]:
    """A server that runs already."""
    yield url.rstrip("/")


@contextmanager
def demo() -> Iterator[str]:
    """A demo college, scored and served."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DATA_DIR": folder, "EDUMETRICS_DEMO": "true", "LOG_LEVEL": "ERROR"}
        commands = ("migrate --verbosity 0", "demo_college", "calibrate", "demo_accounts", "collectstatic --no-input")
        for command in commands:
            subprocess.run(
                [sys.executable, "manage.py", *command.split()],
                cwd=ROOT,
                env=environment,
                check=True,
                capture_output=True,
            )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "edumetrics.config.wsgi", "--workers", "1", "--threads", "4"]
        server = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}", "--log-level", "warning"], cwd=ROOT, env=environment
        )
        url = f"http://localhost:{port}"
        try:
            until_it_answers(url)
            yield url
        finally:
            server.terminate()
            server.wait(30)


def until_it_answers(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("The server does not answer.")


@contextmanager
def samples() -> Iterator[str]:
    """The page of samples, built like the portal and served."""
    with tempfile.TemporaryDirectory() as folder:
        built = {**os.environ, "GALLERY": "true"}
        build = ["npx", "vite", "build", "--base", "/", "--outDir", folder, "--logLevel", "warn"]
        subprocess.run(build, cwd=ROOT / "portal", env=built, check=True)
        handler: Callable[..., http.server.BaseHTTPRequestHandler] = functools.partial(Quiet, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://localhost:{server.server_port}"
            server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing about each request."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Nothing."""


if __name__ == "__main__":
    main()
