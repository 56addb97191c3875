"""The web server and the scheduler as two processes that begin and end together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from django.conf import settings

from edumetrics.runs.errors import EXIT_IN_PROGRESS, RunError
from edumetrics.runs.scheduler import Signals

_LOOK_EVERY = 0.5
_UNTIL_KILLED = 75.0
"""The scheduler gives a run at work 60 seconds to end in good order."""

_PR_SET_PDEATHSIG = 1


class Serving:
    """Keeps both alive. ``say`` takes a line for people."""

    def __init__(self, host: str, port: int, workers: int, say: Callable[[str], None]) -> None:
        self._host = host
        self._port = port
        self._workers = workers
        self._say = say

    def work(self) -> int:
        """Serve until a signal says stop, or one of the two ends; the exit code. Raises RunError for a taken port."""
        self._check_port()
        with Signals() as signals:
            server = _start(self._server())
            scheduler = _start([sys.executable, "manage.py", "scheduler"])
            try:
                return self._watch(server, scheduler, signals)
            finally:
                _end([server, scheduler])

    def _watch(self, server: "subprocess.Popen[bytes]", scheduler: "subprocess.Popen[bytes]", signals: Signals) -> int:
        is_up = is_alone = False
        while not signals.wait(_LOOK_EVERY):
            if server.poll() is not None:
                self._say(f"The web server ended by itself (exit code {server.returncode}).")
                return 1
            if scheduler.poll() == EXIT_IN_PROGRESS and not is_alone:
                self._say("Another scheduler works for the analysis database and carries out the runs.")
                is_alone = True
            elif scheduler.poll() is not None and not is_alone:
                self._say(f"The scheduler ended by itself (exit code {scheduler.returncode}).")
                return 1
            if not is_up and self._answers():
                self._say(f"EduMetrics is at http://localhost:{self._port} (Ctrl-C ends it)")
                is_up = True
        return 0

    def _server(self) -> list[str]:
        """Whatever gunicorn.conf.py says, but for the address and the number of processes."""
        return [
            *(sys.executable, "-m", "gunicorn", "--config", str(Path(settings.BASE_DIR) / "gunicorn.conf.py")),
            *("--bind", f"{self._host}:{self._port}", "--workers", str(self._workers)),
        ]

    def _check_port(self) -> None:
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind((self._host, self._port))
            except OSError as error:
                raise RunError(
                    f"Port {self._port} of {self._host} cannot be used: {error.strerror}. Another program has it; "
                    "give another one with PORT=9000."
                ) from error

    def _answers(self) -> bool:
        """Whether an answer comes: the port alone is open before the server's processes can answer."""
        # By a name that the server answers to, since it writes down whoever asks by another one.
        names = [name for name in settings.ALLOWED_HOSTS if name[:1] not in (".", "*")]
        connection = HTTPConnection(self._host, self._port, timeout=2)
        try:
            connection.request("GET", "/api/health/live", headers={"Host": (names or ["localhost"])[0]})
            connection.getresponse()
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
        return True


def _start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """A process in a group of its own, so that a Ctrl-C on the terminal reaches it through us only, once."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "edumetrics.config.settings"}
    base = Path(settings.BASE_DIR)
    return subprocess.Popen(  # noqa: S603
        list(command),
        cwd=base,
        env=environment,
        process_group=0,
        preexec_fn=_end_with_parent,  # noqa: PLW1509
    )


def _end_with_parent() -> None:
    """In the new process: be told to stop even where we are killed. Linux only; elsewhere a kill leaves the two."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    for one in processes:
        if one.poll() is None:
            one.terminate()
    deadline = time.monotonic() + _UNTIL_KILLED
    for one in processes:
        try:
            one.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.wait()
