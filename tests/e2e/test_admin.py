"""The pages of the administrators, and the policy, which is everybody's."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.predictions import PREDICTIONS
from tests.api.server import CAST, Server
from tests.api.test_models import RUNNER
from tests.conftest import STANDARD, Templates
from tests.e2e.conftest import SignIn, open_signed_in, violations

QUALITY = """
from edumetrics.analysis_db.models import AnalysisRun
run = AnalysisRun.objects.order_by("pk").first()
finding = {"table": "quiz_submissions", "rule": "marks_over_max", "week": 3, "rows": 4, "examples": ["quiz 7, 25CSE001"]}
run.quality = {
    "findings": [finding, {**finding, "week": 4, "rows": 2, "examples": []}],
    "quarantined": [{"class_id": "C1", "sem_week": 3, "source": "quizzes", "bad": 4, "rows": 10}],
    "late_changes": [{"class_id": "C1", "sem_week": 2, "students": 5}],
}
run.save()
"""

PROGRESS = """
from datetime import UTC, datetime
from edumetrics.analysis_db.models import AnalysisRun
progress = {"what": "2026 odd semesters", "shards": 1, "shards_done": 0, "classes": 2, "classes_done": 1}
AnalysisRun.objects.filter(state="queued").update(state="running", started=datetime.now(UTC), progress=progress)
"""

FAILED = """
from datetime import UTC, datetime
from edumetrics.analysis_db.models import AnalysisRun
error = "The college's database does not answer."
AnalysisRun.objects.filter(state="running").update(state="failed", finished=datetime.now(UTC), error=error)
"""


@pytest.fixture(scope="module")
def own_portal(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A portal of these tests alone: they add users, promote models and ask for runs."""
    workspace = templates.calibrated(("sqlite", "sqlite"), STANDARD).copy(tmp_path_factory.mktemp("admin"))
    for script in (CAST, PREDICTIONS, QUALITY):
        workspace.python(script).well()
    server = Server(workspace)
    server.start()
    yield server
    server.stop()
    workspace.drop()


@pytest.fixture
def admin(browser: Browser, own_portal: Server) -> Iterator[Page]:
    """The admin's browser, at the runs."""
    page = open_signed_in(browser, own_portal, "admin", "/admin/runs")
    yield page
    page.context.close()


def test_a_run_that_nobody_would_carry_out_is_refused_in_words(admin: Page) -> None:
    expect(admin.get_by_text("No runner is alive").first).to_be_visible()
    admin.get_by_role("button", name="Recalculate").click()
    admin.get_by_role("button", name="Start the run").click()
    alert = admin.get_by_role("alert")
    expect(alert).to_contain_text("Nobody would carry the run out")
    expect(alert).to_contain_text("manage.py scheduler")


def test_a_run_is_asked_for_and_watched_to_its_end(admin: Page, own_portal: Server) -> None:
    own_portal.workspace.python(RUNNER).well()
    admin.get_by_role("button", name="Recalculate").click()
    admin.get_by_role("button", name="Start the run").click()
    expect(admin.get_by_role("alert")).to_contain_text("waits for the runner")
    row = admin.get_by_role("row").nth(1)
    expect(row).to_contain_text("Waiting")
    expect(admin.get_by_role("button", name="Recalculate")).to_be_disabled()
    own_portal.workspace.python(PROGRESS).well()
    expect(row).to_contain_text("1 of 2 classes")
    expect(admin.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
    own_portal.workspace.python(FAILED).well()
    expect(row).to_contain_text("The college's database does not answer.")
    row.get_by_role("link").click()
    expect(admin.get_by_text("The results of earlier runs are untouched")).to_be_visible()


def test_the_report_of_a_run_names_wrong_rows_by_key(admin: Page) -> None:
    admin.get_by_role("link", name="Recalculation 1", exact=True).click()
    finding = admin.get_by_role("button", name="6 rows with more marks than there are quiz_submissions, weeks 3-4")
    expect(admin.get_by_text("quiz 7, 25CSE001")).to_be_hidden()
    finding.click()
    expect(admin.get_by_text("quiz 7, 25CSE001")).to_be_visible()
    left_out = admin.get_by_role("region", name="Sources left out")
    expect(left_out.get_by_role("row", name="C1 3 quizzes 4 of 10")).to_be_visible()
    expect(admin.get_by_role("region", name="Late changes").get_by_role("row", name="C1 2 5")).to_be_visible()
    expect(admin.get_by_role("region", name="Stages").get_by_role("row").nth(1)).to_be_visible()
    with admin.expect_download() as download:
        admin.get_by_role("button", name="CSV of findings").click()
    assert "marks_over_max" in download.value.path().read_text(encoding="utf-8-sig")
    assert violations(admin) == []


def test_a_model_is_put_into_use_after_the_comparison_was_seen(admin: Page) -> None:
    admin.goto(admin.url.replace("/runs", "/models"))
    expect(admin.get_by_text("The error has grown by half.")).to_be_visible()
    expect(admin.get_by_role("button", name="Put midterm_score-bbbbbbbbbbbb into use")).to_be_disabled()
    expect(admin.get_by_role("region", name="Figures by group").first).to_contain_text("Gender: F")
    assert violations(admin) == []
    admin.get_by_role("button", name="Put midterm_score-aaaaaaaaaaaa into use").click()
    dialog = admin.get_by_role("dialog")
    expect(dialog).to_contain_text("On the same rows midterm_score-0123456789ab has mean error 5.9 (this one: 6.1).")
    dialog.get_by_role("button", name="Put it into use").click()
    expect(admin.get_by_text("midterm_score-aaaaaaaaaaaa is in use")).to_be_visible()
    expect(admin.get_by_role("button", name="Put midterm_score-0123456789ab into use")).to_be_enabled()


def test_a_user_is_added_and_the_link_is_shown_once(admin: Page) -> None:
    admin.goto(admin.url.replace("/runs", "/users"))
    admin.get_by_role("button", name="Add a user").click()
    admin.get_by_label("User name").fill("r.rao")
    admin.get_by_label("Name", exact=True).fill("Dr. R. Rao")
    admin.get_by_role("region", name="Classes given here to choose from").get_by_role("checkbox").first.click()
    assert violations(admin) == []
    admin.get_by_role("button", name="Add and invite").click()
    link = admin.get_by_role("textbox", name="Link for r.rao")
    assert link.input_value().startswith("http")
    admin.get_by_role("button", name="I have handed it on").click()
    expect(link).to_be_hidden()
    expect(admin.get_by_role("row", name="r.rao")).to_contain_text("invited")


def test_a_wrong_user_name_is_told_at_its_field(admin: Page) -> None:
    admin.goto(admin.url.replace("/runs", "/users"))
    admin.get_by_role("button", name="Add a user").click()
    admin.get_by_label("User name").fill("advisor")
    admin.get_by_role("button", name="Add and invite").click()
    expect(admin.get_by_label("User name")).to_have_attribute("aria-invalid", "true")
    expect(admin.get_by_label("User name")).to_have_value("advisor")


def test_the_last_admin_cannot_be_shut_out(admin: Page) -> None:
    admin.goto(admin.url.replace("/runs", "/users"))
    admin.get_by_role("button", name="Change admin").click()
    admin.get_by_role("checkbox", name="May sign in").click()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("alert")).to_contain_text("last")


def test_a_sync_says_first_what_it_would_change(admin: Page) -> None:
    admin.goto(admin.url.replace("/runs", "/users"))
    admin.get_by_role("button", name="Sync advisors").click()
    dialog = admin.get_by_role("dialog")
    expect(dialog).to_contain_text("What would change:")
    expect(dialog).to_contain_text("added and invited")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()


def test_the_audit_log_is_filtered_and_saved(admin: Page) -> None:
    admin.goto(admin.url.replace("/runs", "/audit"))
    admin.get_by_role("combobox", name="What").click()
    admin.get_by_role("option", name="Signed in").click()
    rows = admin.get_by_role("region", name="Audit log").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("Signed in")
    expect(admin.get_by_role("cell", name="Added a user")).to_have_count(0)
    assert "what=sign_in" in admin.url
    with admin.expect_download() as download:
        admin.get_by_role("button", name="CSV of the audit log").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) > 1
    assert all("sign_in" in line for line in lines[1:])


def test_the_policy_says_what_each_number_means(sign_in: SignIn) -> None:
    page = sign_in("advisor", "/admin/policy")
    row = page.get_by_role("row", name="attendance the college requires over the semester")
    expect(row).to_contain_text("75")
