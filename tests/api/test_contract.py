"""The document is true: schemathesis calls every operation with what it allows and with what it does not."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.server import CAST, PASSWORD, Server
from tests.conftest import Templates, need

ROLES = ("advisor", "coordinator", "admin")
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "8"))
"""Calls of each operation, role and kind (fitting, and not). CI has other things to do too; more is a matter of time."""

CALLS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

FOR_THE_RUNNER = ("POST /api/calibrate/", "POST /api/models/")
"""They answer 503 where no scheduler is alive, as here."""

ABOUT_WHAT_IS_THERE = (
    "POST /api/interventions/",
    "PATCH /api/interventions/{intervention_id}/",
    "POST /api/password/",
    "POST /api/password/set/",
    "POST /api/users/",
    "PATCH /api/users/{username}/",
)
"""A document cannot say what they refuse by name: another password, a spent link, a branch that the college does not
have, a year in which nobody studies here. That they refuse it with a documented problem is still checked."""


@pytest.fixture
def running(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for each test, since the calls change whatever they may, accounts too."""
    workspace = templates.scripted(need(("sqlite", "sqlite")), CAST).copy(tmp_path_factory.mktemp("contract"))
    server = Server(workspace, {"THROTTLE_USER": "", "THROTTLE_ADDRESS": "", "THROTTLE_SIGN_IN": ""})
    server.start()
    yield server
    server.stop()
    workspace.drop()


def document(running: Server, role: str) -> Any:
    """The document, called by somebody of a role."""
    token = running.client(role, PASSWORD).headers["Authorization"]
    return schemathesis.openapi.from_url(f"{running.url}/api/schema/", headers={"Authorization": token})


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", ROLES)
def test_every_answer_is_a_documented_one(running: Server, role: str, mode: GenerationMode) -> None:
    headers = {"Authorization": running.client(role, PASSWORD).headers["Authorization"]}
    failures = []
    for found in document(running, role).get_all_operations():
        operation = found.ok()

        @settings(CALLS)
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case: schemathesis.Case) -> None:
            answer = case.call(headers=headers)
            excluded = []
            if answer.status_code == 503 and case.operation.label in FOR_THE_RUNNER:
                excluded.append(not_a_server_error)
            if answer.status_code == 400 and case.operation.label in ABOUT_WHAT_IS_THERE:
                excluded.append(positive_data_acceptance)
            case.validate_response(answer, excluded_checks=excluded, headers=headers)

        try:
            call()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, f"{operation.label} takes nothing"
        except (Exception, BaseExceptionGroup) as error:
            failures.append(f"{operation.label}\n{error}")
    assert not failures, "\n\n".join(failures)


def test_the_document_in_the_repository_is_that_of_the_code(running: Server) -> None:
    target = running.workspace.folder / "openapi.json"
    running.workspace.manage(
        "spectacular", "--format", "openapi-json", "--validate", "--fail-on-warn", "--file", target
    ).well()
    committed = Path("docs/reference/openapi.json").read_text(encoding="utf-8")
    assert target.read_text(encoding="utf-8") == committed, "make docs writes it anew"
