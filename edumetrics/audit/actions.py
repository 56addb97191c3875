"""Recording. Every write of the audit log goes through here."""

import os
import pwd
import socket
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.utils.crypto import salted_hmac

from edumetrics.audit.models import AuditLog


class What(StrEnum):
    """What can be recorded."""

    PURGE = "purge"
    ERASE_STUDENT = "erase_student"
    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_OUT = "sign_out"
    READ_STUDENT = "read_student"
    EXPORT = "export"
    LOG_INTERVENTION = "log_intervention"
    AMEND_INTERVENTION = "amend_intervention"
    SNOOZE = "snooze"
    END_SNOOZE = "end_snooze"
    FEEDBACK = "feedback"
    ADD_USER = "add_user"
    CHANGE_USER = "change_user"
    INVITE = "invite"
    SET_PASSWORD = "set_password"  # noqa: S105
    ASK_FOR_PASSWORD = "ask_for_password"  # noqa: S105
    SYNC_ADVISORS = "sync_advisors"
    HAND_OVER = "hand_over"
    CALIBRATE = "calibrate"
    TRAIN = "train"
    PROMOTE = "promote"


def record(
    what: What,
    *,
    whom: str = "",
    details: dict[str, Any] | None = None,
    who: str | None = None,
    from_where: str | None = None,
) -> AuditLog:
    """Add a row to the audit log, in the transaction of the work that it is about.

    ``whom``: for a student the ``pseudonym``. ``details``: counts and options, nothing personal. ``who`` and
    ``from_where`` default to the operating system's user and the command line of this host.
    """
    return AuditLog.objects.create(
        at=datetime.now(UTC),
        who=who or system_user(),
        what=What(what),
        whom=whom,
        from_where=from_where or f"command line on {socket.gethostname()}",
        details=details or {},
    )


def pseudonym(student_id: str) -> str:
    """What stands for a student in the audit log: the same for the same id, and no way back to the id.

    It depends on SECRET_KEY: under another key a student gets another pseudonym.
    """
    return "student:" + salted_hmac("edumetrics.audit.student", student_id, algorithm="sha256").hexdigest()


def system_user() -> str:
    """Who uses the command line."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        # A container may run as a number that has no name.
        return f"uid {os.getuid()}"
