"""A server for the tests of the API, on every kind of analysis database."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.predictions import PREDICTIONS
from tests.api.server import CAST, Server
from tests.conftest import Templates
from tests.integration.workspace import Pair


@pytest.fixture(scope="session")
def server(pair: Pair, templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The standard demo college with the cast of server.py. Shared: leave nothing behind that others could see."""
    workspace = templates.scripted(pair, CAST).copy(tmp_path_factory.mktemp("served"))
    running = Server(workspace)
    running.start()
    yield running
    running.stop()
    workspace.drop()


@pytest.fixture(scope="session")
def predicted(pair: Pair, templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same with predictions, model cards and a ledger; leave nothing behind that others could see."""
    workspace = templates.scripted(pair, CAST, PREDICTIONS).copy(tmp_path_factory.mktemp("predicted"))
    running = Server(workspace)
    running.start()
    yield running
    running.stop()
    workspace.drop()


@pytest.fixture
def own_server(pair: Pair, templates: Templates, tmp_path: Path) -> Iterator[Server]:
    """The same, to do anything to."""
    workspace = templates.scripted(pair, CAST).copy(tmp_path)
    running = Server(workspace)
    running.start()
    yield running
    running.stop()
    workspace.drop()


@pytest.fixture(scope="session")
def advisor(server: Server) -> httpx.Client:
    """Responsible for the first class."""
    return server.client("advisor")


@pytest.fixture(scope="session")
def colleague(server: Server) -> httpx.Client:
    """Responsible for the second class."""
    return server.client("colleague")


@pytest.fixture(scope="session")
def nobody(server: Server) -> httpx.Client:
    """An advisor without a class."""
    return server.client("nobody")


@pytest.fixture(scope="session")
def coordinator(server: Server) -> httpx.Client:
    """Of the first class's branch."""
    return server.client("coordinator")


@pytest.fixture(scope="session")
def admin(server: Server) -> httpx.Client:
    """May do everything."""
    return server.client("admin")


@pytest.fixture(scope="session")
def stranger(server: Server) -> httpx.Client:
    """Not signed in."""
    return server.client()
