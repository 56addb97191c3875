"""Adding and changing accounts. Each is one transaction with one row in the audit log."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from edumetrics.accounts import links, sessions
from edumetrics.accounts.models import AccountBranch, AccountClass, Origin, Role, User
from edumetrics.audit.actions import What, record
from edumetrics.engine.errors import EduMetricsError

INVITED = "You are invited to EduMetrics."


class AccountError(EduMetricsError):
    """An account that cannot be added or changed as asked."""


class LastAdmin(AccountError):
    """Nobody would be left who can let others in."""

    def __init__(self, username: str) -> None:
        super().__init__(f"{username} is the last active admin. Make somebody else an admin first.")


def add_user(
    *,
    username: str,
    role: Role,
    by: str,
    from_where: str | None = None,
    password: str | None = None,
    classes: Sequence[str] = (),
    branches: Sequence[str] = (),
    **values: Any,
) -> User:
    """Add an account; without a password it cannot sign in before one is set by a link.

    Raises AccountError for a user name that is taken, and Django's ValidationError for a weak password.
    """
    with transaction.atomic():
        if User.objects.filter(username__iexact=username).exists():
            raise AccountError(f"There already is an account {username!r}. Take another user name.")
        user = User(username=username, role=role, **values)
        if password is not None:
            validate_password(password, user)
        user.set_password(password)
        user.save()
        _set_classes(user, classes)
        _set_branches(user, branches)
        record(What.ADD_USER, who=by, whom=username, from_where=from_where, details={"role": str(role)})
    return user


def change_user(
    user: User,
    *,
    by: str,
    from_where: str | None = None,
    classes: Sequence[str] | None = None,
    branches: Sequence[str] | None = None,
    **values: Any,
) -> set[str]:
    """Change ``name``, ``email``, ``role``, ``is_active``, the classes an admin gave and the branches; None: as it is.

    Gives the classes that got or lost an advisor, whose follow-ups are then to be handed over. Raises LastAdmin.
    """
    with transaction.atomic():
        before = _advised(user)
        if (
            user.is_admin
            and user.is_active
            and (values.get("role", Role.ADMIN), values.get("is_active", True))
            != (
                Role.ADMIN,
                True,
            )
        ):
            _check_other_admin(user)
        for name, value in values.items():
            setattr(user, name, value)
        user.save(update_fields=list(values))
        if user.role != Role.ADVISOR:
            user.classes.all().delete()
        elif classes is not None:
            _set_classes(user, classes)
        if user.role != Role.COORDINATOR:
            user.branches.all().delete()
        elif branches is not None:
            _set_branches(user, branches)
        if not user.is_active:
            sessions.end_all(user)
        given = {"classes": classes, "branches": branches}
        fields = sorted([*values, *(name for name, value in given.items() if value is not None)])
        record(What.CHANGE_USER, who=by, whom=user.username, from_where=from_where, details={"fields": fields})
        return before ^ _advised(user)


def invite(user: User, *, by: str, from_where: str | None = None) -> links.Link:
    """A one-time link to set a password, mailed where that is possible; an older one stops working.

    Raises AccountError for an account that is not active.
    """
    if not user.is_active:
        raise AccountError(f"The account {user.username} is not active. Activate it first.")
    with transaction.atomic():
        user.invited_at = datetime.now(UTC)
        user.save(update_fields=["invited_at"])
        record(What.INVITE, who=by, whom=user.username, from_where=from_where)
    link = links.link_for(user, is_mailed=links.can_mail(user))
    if link.is_mailed:
        transaction.on_commit(lambda: links.send_later(link, subject="Your account in EduMetrics", why=INVITED))
    return link


def set_password(user: User, password: str, *, by: str, from_where: str | None = None) -> None:
    """Set it; every session and token of the old one ends. Raises Django's ValidationError for a weak one."""
    validate_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        sessions.end_all(user)
        record(What.SET_PASSWORD, who=by, whom=user.username, from_where=from_where)


def _check_other_admin(user: User) -> None:
    # The lock on all of them: two admins who demote each other at the same moment do it one after the other.
    admins = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).order_by("pk")
    if not [one for one in admins if one.pk != user.pk]:
        raise LastAdmin(user.username)


def _advised(user: User) -> set[str]:
    """The classes that the user looks after."""
    if not user.is_active or user.role != Role.ADVISOR:
        return set()
    return set(user.classes.values_list("class_id", flat=True))


def _set_classes(user: User, classes: Sequence[str]) -> None:
    """Let these be the classes that an admin gave; those that the college gave are not touched."""
    user.classes.filter(origin=Origin.ADMIN).exclude(class_id__in=classes).delete()
    there = set(user.classes.values_list("class_id", flat=True))
    new = [one for one in dict.fromkeys(classes) if one not in there]
    AccountClass.objects.bulk_create(AccountClass(user=user, class_id=one, origin=Origin.ADMIN) for one in new)


def _set_branches(user: User, branches: Sequence[str]) -> None:
    user.branches.exclude(branch__in=branches).delete()
    there = set(user.branches.values_list("branch", flat=True))
    new = [one for one in dict.fromkeys(branches) if one not in there]
    AccountBranch.objects.bulk_create(AccountBranch(user=user, branch=one) for one in new)
