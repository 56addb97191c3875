"""A PostgreSQL server of a test's own, to stop, kill and start again."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

SUPERUSER = "postgres"
PASSWORD = "of-a-test"
_STARTS_WITHIN = 60.0


def _programs() -> Path | None:
    """The folder of the newest PostgreSQL server programs; None where there are none."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(installed, key=lambda path: float(path.parent.name), default=None)


def _as_server_user() -> Sequence[str]:
    """What comes before a command of the server, which refuses to run as root."""
    return ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()


@dataclass(frozen=True)
class OwnServer:
    """A server in a folder of its own, reached by TCP with passwords. ``data`` holds its configuration files."""

    programs: Path
    folder: Path
    port: int
    _options: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self, *, wait: bool = True) -> None:
        """Start it; with ``wait`` until it takes connections."""
        options = " ".join(f"-c {name}={value}" for name, value in self._options.items())
        # Its output goes into a file: inherited pipes would keep whoever reads ours waiting.
        self._run("pg_ctl", "start", "-W", "-D", self.data, "-l", self.folder / "log", "-o", options)
        if wait:
            self._wait()

    def stop(self, mode: str = "fast") -> None:
        """Stop it: fast ends the sessions, smart waits for them, immediate leaves a recovery to the next start."""
        self._run("pg_ctl", "stop", "-w", "-D", self.data, "-m", mode)

    def restart(self) -> None:
        """Stop, which ends every session, and start."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """End all its processes without a chance to say good-bye, as a loss of power would."""
        postmaster = self._postmaster()
        family = [postmaster, *_children(postmaster)]
        for process in family:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + _STARTS_WITHIN
        while any(_is_alive(process) for process in family):
            assert time.monotonic() < deadline, f"processes {family} do not end"
            time.sleep(0.02)
        # Where nobody reaps them, dead processes keep their numbers, and the server would think that it still runs.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def is_running(self) -> bool:
        return (self.data / "postmaster.pid").exists() and _is_alive(self._postmaster())

    def psql(self, script: str, database: str = "postgres") -> str:
        """Run a script as the superuser, as somebody at the prompt would; stops and fails at the first error."""
        command = [self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url(database)]
        done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def _postmaster(self) -> int:
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def _wait(self) -> None:
        deadline = time.monotonic() + _STARTS_WITHIN
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise AssertionError(f"the server does not start: {error}\n{self.log()}") from error
                time.sleep(0.05)
            else:
                return

    def _run(self, program: str, *arguments: object) -> None:
        command = [*_as_server_user(), str(self.programs / program), *map(str, arguments)]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, f"{program}: {done.stdout}\n{done.stderr}"


@contextmanager
def own_server(**options: str) -> Iterator[OwnServer]:
    """A running server, removed afterwards; skips the test, or fails it in CI, where the programs are not installed.

    ``options`` are settings of the server, such as ``max_connections="5"``.
    """
    programs = _programs()
    if programs is None:
        reason = "no PostgreSQL server programs (initdb, pg_ctl) in PATH or /usr/lib/postgresql"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    # Not in the folder of the tests, which the server's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="edumetrics-server-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "shared_buffers": "32MB",
        **options,
    }
    port = _free_port()
    server = OwnServer(programs, folder, port, {"port": str(port), **settings})
    try:
        _make(server)
        server.start()
        yield server
    finally:
        if server.data.exists() and server.is_running():
            server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _make(server: OwnServer) -> None:
    password = server.folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o644)
    server._run(
        "initdb", "-D", server.data, "-U", SUPERUSER, "-A", "scram-sha-256", "--pwfile", password,
        "--encoding=UTF8", "--locale=C", "--no-sync",
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _children(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    return [int(word) for word in listed.stdout.split()]


def _is_alive(process: int) -> bool:
    """Whether it runs; one that has ended and waits for its parent to notice does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()[:1] not in ("", "Z")
