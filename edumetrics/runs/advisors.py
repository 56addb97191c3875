"""Accounts for the advisors of the college: who is new, who is gone, and who looks after which class."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from edumetrics.accounts import links, sessions
from edumetrics.accounts.actions import INVITED
from edumetrics.accounts.models import AccountClass, Origin, Role, User
from edumetrics.analysis_db.models import RosterAdvisor
from edumetrics.audit.actions import What, record
from edumetrics.interventions.follow_ups import hand_over
from edumetrics.runs.errors import RunError

_NOT_IN_USERNAMES = re.compile(r"[^\w.@+-]")
_LONGEST_USERNAME = 150
_LONGEST_ADDRESS = 254


@dataclass(frozen=True)
class Advisor:
    """A row of the college's table; ``class_id`` null: no class."""

    advisor_id: str
    name: str | None
    email: str | None
    class_id: str | None


@dataclass(frozen=True)
class Synced:
    """What changed, or with a dry run would: user names, and class_id's by user name.

    ``refused``: sentences about advisors who could not be given an account. ``follow_ups``: how many got another owner.
    """

    added: Sequence[str]
    renamed: Sequence[str]
    deactivated: Sequence[str]
    gained: Mapping[str, Sequence[str]]
    lost: Mapping[str, Sequence[str]]
    refused: Sequence[str]
    follow_ups: int = 0
    invitations: Sequence[links.Link] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything is as it was."""
        return not (self.added or self.renamed or self.deactivated or self.gained or self.lost)


def on_the_roster() -> list[Advisor]:
    """The advisors as the last run found them, for those who may not read the college's database."""
    rows = RosterAdvisor.objects.order_by("advisor_id").values_list("advisor_id", "name", "email", "class_id")
    return [Advisor(*row) for row in rows]


def sync_advisors(
    advisors: Iterable[Advisor], *, by: str | None = None, from_where: str | None = None, dry_run: bool = False
) -> Synced:
    """Let the accounts of advisors be those of the college's table, in one transaction.

    New ones get an account and a link to set a password; those who are gone are deactivated and lose the classes that
    the college gave them; classes that an admin gave stay. Accounts whose role an admin changed are left alone, and
    so is who is not active but in the table: only an admin lets somebody in again.

    Raises RunError for an empty table, since that would lock everybody out.
    """
    table = _by_id(advisors)
    if not table:
        raise RunError(
            "The college's table of advisors is empty, so nothing was changed: every advisor would lose the account. "
            "Look at the table, or at the mapping of it."
        )
    with transaction.atomic():
        accounts = {user.advisor_id or "": user for user in User.objects.filter(advisor_id__isnull=False)}
        new, refused = _new_accounts(table, accounts)
        renamed = _renamed(table, accounts)
        gone = [
            user for key, user in accounts.items() if key not in table and user.role == Role.ADVISOR and user.is_active
        ]
        wanted = _wanted(table, {**accounts, **new})
        there = _classes_of_college()
        gained = _minus(wanted, there)
        lost = _minus(there, wanted)
        refused += _not_active(table, accounts)
        synced = Synced(
            [user.username for user in new.values()],
            [user.username for user in renamed],
            [user.username for user in gone],
            gained,
            lost,
            refused,
        )
        if dry_run:
            return synced
        return _write(synced, list(new.values()), renamed, gone, by, from_where)


def _by_id(advisors: Iterable[Advisor]) -> dict[str, list[Advisor]]:
    """The rows of each advisor: a college may have one for each class."""
    found: dict[str, list[Advisor]] = {}
    for one in advisors:
        found.setdefault(one.advisor_id, []).append(one)
    return found


def _new_accounts(
    table: Mapping[str, Sequence[Advisor]], accounts: Mapping[str, User]
) -> tuple[dict[str, User], list[str]]:
    taken = {name.lower() for name in User.objects.values_list("username", flat=True)}
    new: dict[str, User] = {}
    refused: list[str] = []
    now = datetime.now(UTC)
    for key, rows in table.items():
        if key in accounts:
            continue
        username = _NOT_IN_USERNAMES.sub("-", key)[:_LONGEST_USERNAME]
        if username.lower() in taken:
            refused.append(f"{key}: there already is an account {username!r}, which is not of the college's table.")
            continue
        taken.add(username.lower())
        new[key] = User(
            username=username,
            name=(rows[0].name or "")[:150],
            email=_address(rows[0]),
            role=Role.ADVISOR,
            advisor_id=key,
            password=make_password(None),
            invited_at=now,
        )
    return new, refused


def _address(row: Advisor) -> str:
    """The mail address; empty where what the table has is none."""
    address = (row.email or "").strip()
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if len(address) <= _LONGEST_ADDRESS else ""


def _renamed(table: Mapping[str, Sequence[Advisor]], accounts: Mapping[str, User]) -> list[User]:
    """The accounts with another name or address than the table, with those of the table and not yet saved."""
    renamed = []
    for key, user in accounts.items():
        if key not in table or user.role != Role.ADVISOR:
            continue
        name, email = (table[key][0].name or "")[:150], _address(table[key][0])
        if (user.name, user.email) != (name, email):
            user.name, user.email = name, email
            renamed.append(user)
    return renamed


def _wanted(table: Mapping[str, Sequence[Advisor]], accounts: Mapping[str, User]) -> set[tuple[str, str]]:
    """User name and class_id, as the college says."""
    return {
        (accounts[key].username, row.class_id)
        for key, rows in table.items()
        if key in accounts and accounts[key].role == Role.ADVISOR and accounts[key].is_active
        for row in rows
        if row.class_id is not None
    }


def _classes_of_college() -> set[tuple[str, str]]:
    """User name and class_id, as the accounts have it."""
    rows = AccountClass.objects.filter(origin=Origin.COLLEGE, user__advisor_id__isnull=False)
    return set(rows.values_list("user__username", "class_id"))


def _minus(one: set[tuple[str, str]], other: set[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for username, class_id in sorted(one - other):
        found.setdefault(username, []).append(class_id)
    return found


def _not_active(table: Mapping[str, Sequence[Advisor]], accounts: Mapping[str, User]) -> list[str]:
    return [
        f"{key}: is in the college's table, but the account {user.username} is not active; an admin can activate it."
        for key, user in accounts.items()
        if key in table and user.role == Role.ADVISOR and not user.is_active
    ]


def _write(
    synced: Synced, new: list[User], renamed: list[User], gone: list[User], by: str | None, from_where: str | None
) -> Synced:
    User.objects.bulk_create(new, batch_size=500)
    User.objects.bulk_update(renamed, ["name", "email"], batch_size=500)
    User.objects.filter(pk__in=[user.pk for user in gone]).update(is_active=False)
    for user in gone:
        sessions.end_all(user)
    _write_classes(synced)
    counts = Counter(
        added=len(new), renamed=len(renamed), deactivated=len(gone), refused=len(synced.refused),
        gained=sum(map(len, synced.gained.values())), lost=sum(map(len, synced.lost.values())),
    )  # fmt: skip
    audited = record(What.SYNC_ADVISORS, who=by, from_where=from_where, details=dict(counts))
    classes = {one for ids in (*synced.gained.values(), *synced.lost.values()) for one in ids}
    # Those that an admin gave stay with the account, which cannot see to them any more.
    classes |= set(AccountClass.objects.filter(user__in=gone).values_list("class_id", flat=True))
    moved = hand_over(classes, by=audited.who, at=audited.at, from_where=from_where)
    invitations = [links.link_for(user, is_mailed=links.can_mail(user)) for user in new]
    transaction.on_commit(lambda: links.send(invitations, subject="Your account in EduMetrics", why=INVITED))
    return Synced(**{**vars(synced), "follow_ups": moved, "invitations": invitations})


def _write_classes(synced: Synced) -> None:
    names = {*synced.gained, *synced.lost}
    keys = dict(User.objects.filter(username__in=names).values_list("username", "pk"))
    for username, ids in synced.lost.items():
        AccountClass.objects.filter(user=keys[username], origin=Origin.COLLEGE, class_id__in=ids).delete()
    # Where an admin gave the class before, it now is the college's to give and to take.
    AccountClass.objects.bulk_create(
        [AccountClass(user_id=keys[name], class_id=one) for name, ids in synced.gained.items() for one in ids],
        batch_size=500,
        update_conflicts=True,
        update_fields=["origin"],
        unique_fields=["user", "class_id"],
    )


def lines(synced: Synced) -> Iterator[str]:
    """What changed, in words."""
    for username in synced.added:
        yield f"  new: {username}"
    for username in synced.renamed:
        yield f"  name or address changed: {username}"
    for username in synced.deactivated:
        yield f"  deactivated: {username}"
    for username, ids in synced.gained.items():
        yield f"  {username} looks after {', '.join(ids)}"
    for username, ids in synced.lost.items():
        yield f"  {username} no longer looks after {', '.join(ids)}"
    for sentence in synced.refused:
        yield f"  not done: {sentence}"
    if synced.follow_ups:
        yield f"  open follow-ups handed over: {synced.follow_ups}"
