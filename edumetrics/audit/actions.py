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
    PROMOTE_MODEL = "promote_model"


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
        who=who or _system_user(),
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


def _system_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        # A container may run as a number that has no name.
        return f"uid {os.getuid()}"
