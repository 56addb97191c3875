"""The portal's sessions: refresh tokens that are spent one after the other, and end together.

A refresh token is good for one refresh. Several tabs of a browser share one cookie and may send the same token at the
same moment, so a token just spent is taken once more for a few seconds; one that comes back later was copied, and ends
the session for everybody who holds a token of it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from django.db import transaction
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken, Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from edumetrics.accounts.models import PortalSession, User
from edumetrics.accounts.signing_in import may_sign_in

LEEWAY = timedelta(seconds=20)
"""How long a token that was just spent is taken for the request of another tab."""

_SESSION = "session"


class SessionEnded(Exception):
    """The session, or the account, does not go on; sign in anew."""


@dataclass(frozen=True)
class Tokens:
    """What a browser holds: ``refresh`` in its cookie, ``access`` in memory."""

    user: User
    refresh: str
    access: str


def begin(user: User) -> Tokens:
    """A new session."""
    session = PortalSession.objects.create(user=user)
    token = RefreshToken.for_user(user)
    token[_SESSION] = str(session.pk)
    return _tokens(user, token)


def go_on(refresh: str) -> Tokens:
    """Spend a refresh token for new ones. Raises SessionEnded."""
    spent = _read(refresh)
    with transaction.atomic():
        session = _session_of(spent)
        user = session.user
        if not may_sign_in(user) or is_of_old_password(spent, user):
            raise SessionEnded
        blacklisted, is_first = _blacklist(spent)
        copied = not is_first and datetime.now(UTC) - blacklisted.blacklisted_at > LEEWAY
        if copied:
            _end(session)
        else:
            token = RefreshToken.for_user(user)
            token[_SESSION] = str(session.pk)
    if copied:
        raise SessionEnded
    return _tokens(user, token)


def end(refresh: str) -> User | None:
    """End the session of a refresh token; its user, or None where there was none."""
    with transaction.atomic():
        try:
            session = _session_of(_read(refresh))
        except SessionEnded:
            return None
        _end(session)
    return session.user


def is_of_session(token: Token) -> bool:
    """Whether a refresh token belongs to a browser, and is of no use elsewhere."""
    return _SESSION in token


def is_of_old_password(token: Token, user: User) -> bool:
    """Whether the password was changed after the token was made."""
    return bool(token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(user.password))


def end_all(user: User) -> None:
    """End every session of a user in the portal, and spend every refresh token that a program of theirs holds."""
    now = datetime.now(UTC)
    user.sessions.filter(ended_at=None).update(ended_at=now)
    held = OutstandingToken.objects.filter(user=user, expires_at__gt=now, blacklistedtoken=None)
    BlacklistedToken.objects.bulk_create(
        [BlacklistedToken(token=token) for token in held], batch_size=500, ignore_conflicts=True
    )


def forget_expired(now: datetime) -> int:
    """Remove refresh tokens that are over, spent or not, and sessions that no token can name any more; how many.

    Each use of a refresh token leaves a row, which is of no use once nobody could be signed in by it.
    """
    _, removed = OutstandingToken.objects.filter(expires_at__lte=now).delete()
    ended, _ = PortalSession.objects.filter(ended_at__lt=now - RefreshToken.lifetime).delete()
    return removed.get(OutstandingToken._meta.label, 0) + ended


def _read(refresh: str) -> Token:
    """The token's signature and expiry are checked here, and not whether it is spent."""
    try:
        # RefreshToken itself refuses spent ones.
        token = _Unspent(cast("Token", refresh))
    except TokenError as error:
        raise SessionEnded from error
    return token


class _Unspent(Token):
    token_type = RefreshToken.token_type
    lifetime = RefreshToken.lifetime


def _session_of(token: Token) -> PortalSession:
    try:
        key = UUID(str(token.get(_SESSION)))
    except ValueError as error:
        # A token of /api/token/ is none of a browser's.
        raise SessionEnded from error
    session = PortalSession.objects.select_for_update().select_related("user").filter(pk=key, ended_at=None).first()
    if session is None:
        raise SessionEnded
    return session


def _blacklist(token: Token) -> tuple[BlacklistedToken, bool]:
    # What the stubs call a BlacklistedToken is what get_or_create gives.
    blacklisted: tuple[BlacklistedToken, bool] = RefreshToken(cast("Token", str(token)), verify=False).blacklist()  # type: ignore[assignment]
    return blacklisted


def _end(session: PortalSession) -> None:
    session.ended_at = datetime.now(UTC)
    session.save(update_fields=["ended_at"])


def _tokens(user: User, token: RefreshToken) -> Tokens:
    return Tokens(user, str(token), str(token.access_token))
