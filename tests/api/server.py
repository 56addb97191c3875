"""The real server on a calibrated demo college, and the people who use it."""

import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.integration.workspace import ROOT, Workspace

PASSWORD = "correct horse battery 9"

CAST = f"""
from edumetrics.accounts.models import AccountBranch, AccountClass, Role, User
from edumetrics.analysis_db.models import RosterClass
first, second = RosterClass.objects.order_by("-class_id").values_list("class_id", flat=True)[:2]
# All classes of a demo college this small are of one branch.
RosterClass.objects.filter(class_id=second).update(branch="ECE")
branch = RosterClass.objects.get(class_id=first).branch
def add(name, role, classes=(), branches=()):
    user = User.objects.create_user(name, "{PASSWORD}", role=role, name=name.title(), email=name + "@college.example")
    AccountClass.objects.bulk_create(AccountClass(user=user, class_id=one) for one in classes)
    AccountBranch.objects.bulk_create(AccountBranch(user=user, branch=one) for one in branches)
add("advisor", Role.ADVISOR, [first])
add("colleague", Role.ADVISOR, [second])
add("nobody", Role.ADVISOR)
add("coordinator", Role.COORDINATOR, branches=[branch])
add("admin", Role.ADMIN)
"""
"""advisor has the first class, colleague the second, nobody none; coordinator the first's branch; admin everything."""


@dataclass
class Server:
    """A running server; ``workspace`` holds its databases."""

    workspace: Workspace
    environment: Mapping[str, str] = field(default_factory=dict)
    workers: int = 1
    url: str = ""
    _process: "subprocess.Popen[bytes] | None" = None
    _clients: list[httpx.Client] = field(default_factory=list)

    def start(self) -> None:
        """Start it on a free port, and wait until it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://localhost:{port}"
        command = [sys.executable, "-m", "gunicorn", "edumetrics.config.wsgi", "--bind", f"127.0.0.1:{port}"]
        command += ["--workers", str(self.workers), "--threads", "4", "--log-level", "warning"]
        environment = self.workspace.environment(self.environment)
        with (self.workspace.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{self.url}/api/me/")
            except httpx.TransportError:
                assert self._process.poll() is None, self.log()
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"the server does not answer: {self.log()}")

    def stop(self) -> None:
        for client in self._clients:
            client.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)

    def log(self) -> str:
        """What the server wrote."""
        return (self.workspace.folder / "server.log").read_text(encoding="utf-8")

    def client(self, username: str | None = None, password: str = PASSWORD) -> httpx.Client:
        """Somebody who is signed in, or with None a stranger."""
        # A kept connection may be closed by the server at the very moment at which a test uses it again.
        client = httpx.Client(base_url=self.url, timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
        self._clients.append(client)
        if username is not None:
            answer = client.post("/api/token/", json={"username": username, "password": password})
            assert answer.status_code == 200, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access']}"
        return client


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The body of an error; fails unless it is a problem with this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    return body
