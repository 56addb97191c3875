"""Who may sign in, from which address, and how long a lock-out lasts."""

import math
from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Max
from django.http import HttpRequest

from edumetrics.accounts.models import DemoMark, User

_FIRST_LOCK = timedelta(minutes=1)
_LONGEST_LOCK = timedelta(hours=1)


def may_sign_in(user: AbstractBaseUser | None) -> bool:
    """Whether the account is open: active, and if it is a demo account, in a demo.

    The mark alone is not enough, since the database may later be given to a real college.
    """
    if not isinstance(user, User) or not user.is_active:
        return False
    return not user.is_demo or (settings.EDUMETRICS_DEMO and is_demo())


def is_demo() -> bool:
    """Whether the analysis database is marked as that of a demo college."""
    return DemoMark.objects.exists()


def client_address(request: HttpRequest) -> str:
    """The address that a request came from.

    X-Forwarded-For is believed only as far as TRUSTED_PROXIES says that proxies of ours wrote it.
    """
    proxies: int = settings.TRUSTED_PROXIES
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies and forwarded:
        return str(forwarded[-min(proxies, len(forwarded))])
    return str(request.META.get("REMOTE_ADDR", ""))


def lock_out(request: HttpRequest | None) -> timedelta:
    """How long sign-in stays closed: a minute after the first failures too many, twice as long with each one more."""
    if request is None:
        return _LONGEST_LOCK
    attempts = AccessAttempt.objects.filter(ip_address=client_address(request))
    failures = attempts.aggregate(most=Max("failures_since_start"))["most"] or 0
    doubled = max(0, failures - settings.AXES_FAILURE_LIMIT)
    return min(_LONGEST_LOCK, _FIRST_LOCK * math.pow(2, min(doubled, 10)))
