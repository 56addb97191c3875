"""Workspaces: fresh databases of each kind, and the program run on them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.databases import unreachable
from tests.integration.workspace import Pair, Workspace, new_workspace

PAIRS: tuple[Pair, ...] = (("sqlite", "sqlite"), ("postgresql", "postgresql"))
MIXED: tuple[Pair, ...] = (
    ("sqlite", "postgresql"),
    ("postgresql", "sqlite"),
    ("sqlite", "mysql"),
    ("postgresql", "mysql"),
)

STANDARD = "--students 120 --week 6 --past-years 0"
"""Two classes in a week in which every level occurs."""

Maker = Callable[..., Workspace]


class Templates:
    """Workspaces that are made once and copied for each test that wants to change one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[object, ...], Workspace] = {}

    def calibrated(self, pair: Pair, demo: str = STANDARD) -> Workspace:
        """A demo college that is calibrated; to be read only."""
        if (pair, demo) not in self._made:
            self._made[pair, demo] = workspace = new_workspace(pair, self._folder)
            workspace.manage_all("migrate --verbosity 0", f"demo_college {demo}", "calibrate")
        return self._made[pair, demo]

    def scripted(self, pair: Pair, *scripts: str) -> Workspace:
        """The standard demo college, calibrated, on which scripts were run inside Django; to be read only."""
        if not scripts:
            return self.calibrated(pair)
        if (pair, scripts) not in self._made:
            self._made[pair, scripts] = workspace = self.scripted(pair, *scripts[:-1]).copy(self._folder)
            workspace.python(scripts[-1]).well()
        return self._made[pair, scripts]

    def drop(self) -> None:
        for workspace in self._made.values():
            workspace.drop()


def need(pair: Pair) -> Pair:
    """The pair; skips the test, or fails it in CI, where it needs a server that is not there."""
    for dialect in pair:
        if reason := unreachable(dialect):
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
    return pair


@pytest.fixture(scope="session", params=PAIRS, ids="-".join)
def pair(request: pytest.FixtureRequest) -> Pair:
    """The kinds of the analysis and the college's database."""
    return need(request.param)


@pytest.fixture(scope="session", params=[*PAIRS, *MIXED], ids="-".join)
def any_pair(request: pytest.FixtureRequest) -> Pair:
    """Every combination of the two."""
    return need(request.param)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Calibrated workspaces to copy."""
    made = Templates(tmp_path_factory.mktemp("templates"))
    yield made
    made.drop()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Maker]:
    """Makes workspaces: ``make(pair)`` an empty one, ``make(copy=workspace)`` a copy. They go with the test."""
    made: list[Workspace] = []

    def one(pair: Pair | None = None, *, copy: Workspace | None = None) -> Workspace:
        if copy is not None:
            made.append(copy.copy(tmp_path))
        else:
            made.append(new_workspace(pair or ("sqlite", "sqlite"), tmp_path))
        return made[-1]

    yield one
    for workspace in made:
        workspace.drop()


@pytest.fixture
def workspace(pair: Pair, make: Maker) -> Workspace:
    """Two empty databases."""
    return make(pair)


@pytest.fixture
def published(pair: Pair, templates: Templates) -> Workspace:
    """The standard demo college, calibrated; shared, so only to be read."""
    return templates.calibrated(pair)


@pytest.fixture
def calibrated(published: Workspace, make: Maker) -> Workspace:
    """A copy of the standard demo college, calibrated, to do anything to."""
    return make(copy=published)
