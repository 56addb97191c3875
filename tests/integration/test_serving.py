"""manage.py serve: server and scheduler begin together and end together, and leave nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.conftest import Maker, Templates
from tests.integration.workspace import ROOT, Workspace


@dataclass
class Served:
    process: "subprocess.Popen[bytes]"
    port: int
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def family(self) -> list[int]:
        """The process and all that it started."""
        found = [self.process.pid]
        for parent in found:
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                with suppress(OSError):
                    found += map(int, children.read_text().split())
        return found


@pytest.fixture(scope="module")
def collected(templates: Templates) -> Path:
    """A folder of collected static files: compressing them takes some seconds."""
    workspace = templates.calibrated(("sqlite", "sqlite"))
    workspace.python("from edumetrics.config.static import collect; collect()").well()
    return workspace.folder / "data" / "static"


@pytest.fixture
def workspace(templates: Templates, make: Maker, collected: Path) -> Workspace:
    made = make(copy=templates.calibrated(("sqlite", "sqlite")))
    shutil.copytree(collected, made.folder / "data" / "static")
    return made


@pytest.fixture
def served(workspace: Workspace, tmp_path: Path) -> Iterator[Served]:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = tmp_path / "served.txt"
    with path.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--workers", "1"],
            cwd=ROOT, env=workspace.environment({"PORT": str(port)}), stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    one = Served(process, port, path)
    until(lambda: "EduMetrics is at" in one.text and "is at work" in one.text, one)
    yield one
    for pid in reversed(one.family()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def until(happened: object, one: Served, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():  # type: ignore[operator]
            return
        time.sleep(0.1)
    raise AssertionError(one.text)


def alive(pids: list[int]) -> list[int]:
    """Those that are there and no zombies."""
    found = []
    for pid in pids:
        with suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.append(pid)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_both_and_all_that_they_started(served: Served, number: signal.Signals) -> None:
    assert f"http://localhost:{served.port} " in served.text
    assert httpx.get(f"http://localhost:{served.port}/api/me/", timeout=60).status_code == 401
    family = served.family()
    assert len(family) >= 4
    served.process.send_signal(number)
    assert served.process.wait(120) == 0
    assert alive(family) == []


def test_a_kill_leaves_no_orphan(served: Served) -> None:
    family = served.family()
    served.process.kill()
    served.process.wait()
    until(lambda: alive(family) == [], served)


def test_where_one_ends_the_other_is_ended_too(served: Served) -> None:
    family = served.family()
    scheduler = next(pid for pid in family if b"scheduler" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(scheduler, signal.SIGKILL)
    assert served.process.wait(120) == 1
    assert "The scheduler ended by itself (exit code -9)." in served.text
    assert alive(family) == []


def test_a_port_that_is_taken_is_named(workspace: Workspace) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 cannot be used" in workspace.manage("serve", "--port", port).refusal()
