"""manage.py create_admin and demo_accounts: the first accounts, of a real college and of the demo."""

import subprocess
import sys

from tests.conftest import Maker, Templates
from tests.integration.workspace import ROOT, Finished, Workspace

DEMO = {"EDUMETRICS_DEMO": "true"}
GOOD = "correct horse battery 9"


def create(workspace: Workspace, *arguments: str, password: str = GOOD) -> Finished:
    done = subprocess.run(
        [sys.executable, "manage.py", "create_admin", *arguments], cwd=ROOT, env=workspace.environment(),
        input=password + "\n", capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    return Finished(done.returncode, done.stdout, done.stderr)


def may_sign_in(workspace: Workspace, username: str, password: str, **environment: str) -> bool:
    script = (
        "from django.contrib.auth import authenticate\nfrom django.test import RequestFactory\n"
        "from edumetrics.accounts.signing_in import may_sign_in\n"
        f"user = authenticate(RequestFactory().get('/'), username={username!r}, password={password!r})\n"
        "print(may_sign_in(user))"
    )
    out = workspace.manage("shell", "--no-imports", "-c", script, **environment).well().out
    return out.strip().endswith("True")


def test_the_first_admin_is_made_with_a_password_that_nobody_saw(calibrated: Workspace) -> None:
    out = create(calibrated, "s.iyer", "--name", "S. Iyer", "--email", "s.iyer@college.example").well()
    assert "s.iyer is an admin and can sign in." in out.out
    assert GOOD not in out.out + out.err
    assert may_sign_in(calibrated, "S.Iyer", GOOD)
    ((stored, role),) = calibrated.analysis.rows("SELECT password, role FROM account")
    assert stored.startswith("argon2$argon2id$")
    assert role == "admin"

    refusals = {
        ("S.IYER",): "There already is an account 'S.IYER'",
        ("a b",): "Enter a valid username",
        ("second", "--email", "nowhere"): "Enter a valid email address",
        ("x" * 151,): "151 characters; 150 are allowed",
    }
    for arguments, message in refusals.items():
        assert message in create(calibrated, *arguments).refusal()
    for weak, message in (
        ("short 1", "too short"),
        ("12345678901", "entirely numeric"),
        ("qwertyuiop", "too common"),
        ("college-head", "too similar to the username"),
        ("", "too short"),
    ):
        assert message in create(calibrated, "college-head", password=weak).refusal()
    assert calibrated.analysis.rows("SELECT count(*) FROM account") == [(1,)]
    assert [row["what"] for row in calibrated.analysis.table("audit_log").to_dicts()] == ["add_user"]


def test_demo_accounts_are_in_a_demo_only(calibrated: Workspace) -> None:
    assert "set EDUMETRICS_DEMO=true" in calibrated.run("demo_accounts").refusal()
    out = calibrated.run("demo_accounts", **DEMO).well().out
    assert "ADV001: Dr. Priya Mehta001" in out
    assert may_sign_in(calibrated, "ADV001", "Dr. Priya Mehta001", **DEMO)
    # Nowhere else: not without the setting, and not without the mark.
    assert not may_sign_in(calibrated, "ADV001", "Dr. Priya Mehta001")
    calibrated.analysis.execute("DELETE FROM demo_mark")
    assert not may_sign_in(calibrated, "ADV001", "Dr. Priya Mehta001", **DEMO)

    # Once more: what was changed is set right, and nothing is there twice.
    calibrated.analysis.execute("UPDATE account SET name = 'Somebody', is_active = (1 = 0)")
    calibrated.run("demo_accounts", **DEMO).well()
    rows = calibrated.analysis.rows("SELECT username, role, is_demo FROM account ORDER BY username")
    assert [(name, role, bool(demo)) for name, role, demo in rows] == [
        ("ADV001", "advisor", True),
        ("ADV002", "advisor", True),
        ("admin", "admin", True),
        ("coordinator", "coordinator", True),
    ]
    assert may_sign_in(calibrated, "ADV001", "Dr. Priya Mehta001", **DEMO)
    classes = calibrated.analysis.rows("SELECT class_id FROM account_class ORDER BY class_id")
    assert classes == calibrated.analysis.rows("SELECT class_id FROM roster_advisor ORDER BY class_id")
    assert "nothing to change" in calibrated.run("sync_advisors").well().out


def test_a_real_college_gets_no_demo_accounts(templates: Templates, make: Maker) -> None:
    workspace = make(copy=templates.calibrated(("sqlite", "sqlite")))
    create(workspace, "admin").well()
    message = workspace.run("demo_accounts", **DEMO).refusal()
    assert "There is an account 'admin' that is no demo account" in message
    workspace.college.execute("DROP TABLE edumetrics_demo_college")
    message = workspace.run("demo_accounts", **DEMO).refusal()
    assert "is not a demo college, so no account was added" in message
    assert workspace.analysis.rows("SELECT username FROM account") == [("admin",)]
    assert workspace.analysis.rows("SELECT count(*) FROM demo_mark") == [(0,)]
    empty = make()
    assert "nothing" not in empty.run("migrate --verbosity 0").well().err
    assert "is not a demo college" in empty.run("demo_accounts", **DEMO).refusal()
