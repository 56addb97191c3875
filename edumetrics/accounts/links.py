"""One-time links to set a password, for those who are invited and those who forgot theirs."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from smtplib import SMTPException
from threading import Thread

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from edumetrics.accounts.models import User
from edumetrics.accounts.signing_in import may_sign_in

_log = logging.getLogger("edumetrics.accounts")


class _Tokens(PasswordResetTokenGenerator):
    """A token ends with its time, with the password that it was made for, and with the next invitation."""

    key_salt = "edumetrics.accounts.links"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        invited_at = user.invited_at
        return f"{super()._make_hash_value(user, timestamp)}{invited_at and invited_at.timestamp()}"


tokens = _Tokens()


@dataclass(frozen=True)
class Link:
    """A link for one user. It is a key to the account: show it to nobody but who is to hand it on."""

    user: User
    url: str
    expires_at: datetime
    is_mailed: bool = False


def link_for(user: User, *, is_mailed: bool = False) -> Link:
    """A new link; an older one of an invitation stops working."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    # What comes after # is in no log of a server or proxy.
    url = f"{settings.PUBLIC_URL}/set-password#uid={uid}&token={tokens.make_token(user)}"
    lasts = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return Link(user, url, datetime.now(UTC) + lasts, is_mailed)


def user_of(uid: str, token: str) -> User | None:
    """Whose link it is; None where it was used, is too old, or never was one."""
    try:
        key = int(urlsafe_base64_decode(uid).decode("ascii"))
    except ValueError:
        return None
    # Beyond a bigint the database would raise an error.
    user = User.objects.filter(pk=key).first() if 0 < key < 2**63 else None
    return user if user and may_sign_in(user) and tokens.check_token(user, token) else None


def can_mail(user: User) -> bool:
    """Whether there is a mail server and an address."""
    return bool(settings.MAILS and user.email)


def send(links: Sequence[Link], *, subject: str, why: str) -> None:
    """Mail to those who have an address, all at once. Does nothing where no mail server is configured.

    A server that does not take them is logged, and nothing else: whoever made the links can hand them on.
    """
    messages = [_message(link, subject, why) for link in links if can_mail(link.user)]
    try:
        mail.get_connection().send_messages(messages)
    except (OSError, SMTPException) as error:
        # The text of the error may name an address.
        _log.error("links could not be mailed", extra={"links": len(messages), "error": type(error).__name__})


def send_later(link: Link, *, subject: str, why: str) -> None:
    """The same, without waiting for the mail server, so that the time taken says nothing of the account."""
    Thread(target=send, args=([link],), kwargs={"subject": subject, "why": why}).start()


def _message(link: Link, subject: str, why: str) -> mail.EmailMessage:
    text = (
        f"{why}\n\nSet a password for the account {link.user.username} here:\n\n{link.url}\n\n"
        f"The link works once, until {link.expires_at:%Y-%m-%d %H:%M} UTC. Hand it on to nobody.\n"
    )
    return mail.EmailMessage(subject, text, to=[link.user.email])
