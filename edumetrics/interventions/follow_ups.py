"""Follow-ups: which are open, which are due, and whose they are when a class gets another advisor."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from edumetrics.accounts.models import AccountBranch, AccountClass, Role, User
from edumetrics.analysis_db.models import RosterClass, RosterStudent
from edumetrics.audit.actions import What, record
from edumetrics.interventions.actions import keep_versions
from edumetrics.interventions.models import InterventionLog


def open_follow_ups(rows: "QuerySet[InterventionLog]") -> "QuerySet[InterventionLog]":
    """Those that were promised and not done yet."""
    return rows.filter(follow_up_on__isnull=False, follow_up_done_at=None)


def due(rows: "QuerySet[InterventionLog]", today: date) -> "QuerySet[InterventionLog]":
    """The open ones of today and of days before."""
    return open_follow_ups(rows).filter(follow_up_on__lte=today)


def classes_with_open(owner: str) -> set[str]:
    """The classes of the students for whom somebody has an open follow-up."""
    owned = open_follow_ups(InterventionLog.objects.filter(follow_up_by=owner))
    students = RosterStudent.objects.filter(student_id__in=owned.values("student_id"), class_id__isnull=False)
    return {class_id for class_id in students.values_list("class_id", flat=True) if class_id is not None}


def hand_over(class_ids: Collection[str], *, by: str, at: datetime, from_where: str | None = None) -> int:
    """Give the open follow-ups of these classes' students to those who look after the classes now; how many moved.

    To be used whenever the advisors of classes changed. A follow-up stays with whoever may still see the student; one
    whose owner may not goes to the class's advisor, of several to the first by user name. Where a class has none, it
    stays and waits for one. Who logged the contact stays as it is, and the history says whose the follow-up was.
    """
    with transaction.atomic():
        advisors = _advisors(class_ids)
        students = RosterStudent.objects.filter(class_id__in=list(advisors))
        class_of = dict(students.values_list("student_id", "class_id"))
        found = open_follow_ups(InterventionLog.objects.filter(student_id__in=students.values("student_id")))
        keepers = _others_who_see(advisors)
        moved = []
        for row in found.select_for_update():
            class_id = class_of[row.student_id] or ""
            if row.follow_up_by not in {*advisors[class_id], *keepers[class_id]}:
                moved.append((row, advisors[class_id][0]))
        keep_versions([row for row, _ in moved], by=by, at=at)
        for row, advisor in moved:
            row.follow_up_by = advisor
        InterventionLog.objects.bulk_update([row for row, _ in moved], ["follow_up_by"], batch_size=500)
        if moved:
            record(What.HAND_OVER, who=by, from_where=from_where, details={"follow_ups": len(moved)})
    return len(moved)


def _advisors(class_ids: Collection[str]) -> dict[str, list[str]]:
    """The active advisors of each class that has one, by user name."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = AccountClass.objects.filter(user__is_active=True, user__role=Role.ADVISOR, class_id__in=list(class_ids))
    for class_id, username in rows.order_by("user__username").values_list("class_id", "user__username"):
        found[class_id].append(username)
    return dict(found)


def _others_who_see(class_ids: Collection[str]) -> dict[str, set[str]]:
    """The coordinators of each class's branch, and every admin."""
    active = User.objects.filter(is_active=True)
    admins = set(active.filter(role=Role.ADMIN).values_list("username", flat=True))
    coordinators = defaultdict(set)
    rows = AccountBranch.objects.filter(user__in=active.filter(role=Role.COORDINATOR))
    for branch, username in rows.values_list("branch", "user__username"):
        coordinators[branch].add(username)
    branches = RosterClass.objects.filter(class_id__in=list(class_ids)).values_list("class_id", "branch")
    found = {class_id: admins | coordinators.get(branch or "", set()) for class_id, branch in branches}
    return {class_id: found.get(class_id, admins) for class_id in class_ids}
