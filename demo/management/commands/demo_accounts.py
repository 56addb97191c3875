"""manage.py demo_accounts"""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from demo.college.write import read_marker
from edumetrics.accounts.models import AccountBranch, AccountClass, DemoMark, Origin, Role, User
from edumetrics.analysis_db.models import RosterAdvisor, RosterClass
from edumetrics.audit.actions import What, record
from edumetrics.runs.commands import EduMetricsCommand

COORDINATOR = ("coordinator", "Demo Coordinator", "Demo Coordinator001")
ADMIN = ("admin", "Demo Admin", "Demo Admin001")
_SHOWN = 3


class Command(EduMetricsCommand):
    """The accounts of the demo college."""

    help = (
        "Add the accounts of the demo college, whose passwords everybody can know: one for each advisor (the user name "
        "is the advisor's id, the password the name and the number of the id), a coordinator of the first branch and "
        "an admin. Only with EDUMETRICS_DEMO, and only where the college's database is a demo college; the analysis "
        "database is then marked as a demo."
    )
    examples = """  EDUMETRICS_DEMO=true manage.py demo_accounts    after demo_college and calibrate"""

    def handle(self, *args: Any, **options: Any) -> None:
        """Add those that are missing, and set name, classes and password of the others right."""
        _check()
        with transaction.atomic():
            DemoMark.objects.get_or_create(pk=1)
            advisors = [_advisor(one) for one in RosterAdvisor.objects.order_by("advisor_id")]
            classes = RosterClass.objects.exclude(branch=None).order_by("class_id")
            branch = classes.values_list("branch", flat=True).first()
            coordinator = _account(*COORDINATOR, role=Role.COORDINATOR)
            if branch is not None:
                AccountBranch.objects.get_or_create(user=coordinator, branch=branch)
            _account(*ADMIN, role=Role.ADMIN)
            record(What.ADD_USER, whom="demo accounts", details={"accounts": len(advisors) + 2})
        self._print(dict(advisors), branch)

    def _print(self, passwords: Mapping[str, str], branch: str | None) -> None:
        self.stdout.write("Who can sign in here, since it is a demo (user name: password):")
        for username, password in list(passwords.items())[:_SHOWN]:
            self.stdout.write(f"  {username}: {password}")
        if len(passwords) > _SHOWN:
            self.stdout.write(f"  and {len(passwords) - _SHOWN} more advisors: name and number, likewise")
        self.stdout.write(f"  {COORDINATOR[0]}: {COORDINATOR[2]} (sees {branch or 'no class'})")
        self.stdout.write(f"  {ADMIN[0]}: {ADMIN[2]}")


def _check() -> None:
    """Raises CommandError where this is no demo."""
    if not settings.EDUMETRICS_DEMO:
        raise CommandError(
            "Accounts with known passwords are for a demo only. If this is one, set EDUMETRICS_DEMO=true; on a real "
            "college use create_admin and sync_advisors."
        )
    if read_marker(settings.CLIENT_DB_URL) is None:
        raise CommandError(
            "The college's database (CLIENT_DB_URL) is not a demo college, so no account was added. For a demo run "
            "manage.py demo_college and calibrate first; on a real college use create_admin and sync_advisors."
        )
    if not RosterAdvisor.objects.exists():
        raise CommandError("Nothing is published yet. Run manage.py calibrate first.")


def password_of(advisor: RosterAdvisor) -> str:
    """Name and number: of ADV001 "Dr. Priya Mehta001"."""
    number = re.search(r"[0-9]*$", advisor.advisor_id)
    return f"{advisor.name or ''}{number.group() if number else ''}"


def _advisor(advisor: RosterAdvisor) -> tuple[str, str]:
    """Add or mend the account of an advisor; user name and password."""
    password = password_of(advisor)
    values = {"email": advisor.email or "", "advisor_id": advisor.advisor_id}
    user = _account(advisor.advisor_id, advisor.name or "", password, role=Role.ADVISOR, **values)
    classes = [] if advisor.class_id is None else [advisor.class_id]
    user.classes.filter(origin=Origin.COLLEGE).exclude(class_id__in=classes).delete()
    for class_id in classes:
        AccountClass.objects.get_or_create(user=user, class_id=class_id)
    return user.username, password


def _account(username: str, name: str, password: str, *, role: Role, **values: str) -> User:
    """The demo account of that name, with that password. Raises CommandError where a real one has the name."""
    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        # The rules of passwords hold everywhere else; these are known on purpose.
        return User.objects.create_user(username, password, name=name, role=role, is_demo=True, **values)
    if not user.is_demo:
        raise CommandError(
            f"There is an account {username!r} that is no demo account, so this may be a real college's analysis "
            "database. No account was added; give the demo an analysis database of its own (DEFAULT_DB_URL)."
        )
    if not user.check_password(password):
        user.set_password(password)
    user.name, user.role, user.is_active = name, role, True
    for field, value in values.items():
        setattr(user, field, value)
    user.save()
    return user
