"""Answers kept in the process until something that they are made of changes (docs/decisions/0013).

An answer is kept as bytes, for one user and one address, with a mark of everything that it was made of: the user's own
row, the revision of the user's classes (``analysis_db.models.Revision``), the policy and the date at the college. The
mark is read before the answer is made, and none ever comes back, so an answer whose mark is the present one is as it
would be made now.
"""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import date
from threading import Lock
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.utils.cache import set_response_etag
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts.models import Role, User
from edumetrics.api.policy_file import policy_stamp, today

_OVERHEAD = 1_000
"""Bytes that keeping an answer takes besides its body, roughly."""

_OF_EVERYTHING = "SELECT (SELECT number FROM revision WHERE class_id = ''), "
_OF_AN_ADVISOR = (
    _OF_EVERYTHING + "(SELECT sum(r.number) FROM account_class AS a JOIN revision AS r ON r.class_id = a.class_id "
    "WHERE a.user_id = %s)"
)
_OF_ALL_CLASSES = _OF_EVERYTHING + "(SELECT sum(number) FROM revision WHERE class_id <> '')"


class Address(NamedTuple):
    """What is asked for, by whom. Links to further pages have the scheme and the host, and repeat the query as sent."""

    user: int
    scheme: str
    host: str
    path: str
    query: str
    media_type: str | None


class Mark(NamedTuple):
    """What an answer depends on. Two that are equal stand for the same answer."""

    everything: int
    """The revision of everything; it only grows."""
    classes: int | None
    """The revisions of the user's classes, added up; None: nothing was logged in any of them yet."""
    user: tuple[Hashable, ...]
    day: date
    policy: Hashable


class Answer(NamedTuple):
    """An answer with status 200."""

    mark: Mark
    body: bytes
    content_type: str
    etag: str

    def response(self) -> HttpResponse:
        """To be sent."""
        return HttpResponse(self.body, content_type=self.content_type, headers={"ETag": self.etag})


class Kept:
    """The answers used last, up to a number of bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._everything = 0
        self._answers: OrderedDict[Address, Answer] = OrderedDict()
        self._lock = Lock()

    def find(self, address: Address, mark: Mark) -> Answer | None:
        """The answer, if it still is the right one; those that are right for nobody any more are forgotten."""
        with self._lock:
            if mark.everything > self._everything:
                # What an erasure removed shall not stay in memory either.
                self._everything, self._size = mark.everything, 0
                self._answers.clear()
            found = self._answers.get(address)
            if found is None or found.mark != mark:
                return None
            self._answers.move_to_end(address)
            return found

    def keep(self, address: Address, answer: Answer) -> None:
        """Keep it, and forget those that were not used for the longest time."""
        with self._lock:
            self._forget(address)
            self._answers[address] = answer
            self._size += _size(address, answer)
            while self._size > self._limit:
                self._forget(next(iter(self._answers)))

    def _forget(self, address: Address) -> None:
        if (gone := self._answers.pop(address, None)) is not None:
            self._size -= _size(address, gone)


def _size(address: Address, answer: Answer) -> int:
    return len(answer.body) + len(address.query) + _OVERHEAD


_KEPT = Kept(settings.KEPT_ANSWERS_MB * 1_000_000)


class Asked(NamedTuple):
    """What is asked for, and what an answer to it depends on."""

    address: Address
    mark: Mark

    def answer(self) -> Answer | None:
        """The one that is kept."""
        return _KEPT.find(self.address, self.mark)

    def keep(self, response: Response) -> None:
        """Keep what was made for it; called once the body is there."""
        set_response_etag(response)
        content_type, etag = response.headers["Content-Type"], response.headers["ETag"]
        _KEPT.keep(self.address, Answer(self.mark, response.content, content_type, etag))


def asked(request: Request) -> Asked | None:
    """What a signed-in user asks for, to be called before the answer is made; None where nothing is kept."""
    user = request.user
    if not settings.KEPT_ANSWERS_MB or not isinstance(user, User):
        return None
    mark = _mark(user)
    if mark is None:
        return None
    query = request.META.get("QUERY_STRING", "")
    address = Address(
        user.pk, request.scheme or "", request.get_host(), request.path, query, request.accepted_media_type
    )
    return Asked(address, mark)


def _mark(user: User) -> Mark | None:
    """None where the database does not tell of changes. One query."""
    with connection.cursor() as cursor:
        if user.role == Role.ADVISOR:
            cursor.execute(_OF_AN_ADVISOR, [user.pk])
        else:
            cursor.execute(_OF_ALL_CLASSES)
        everything, classes = cursor.fetchone()
    if everything is None:
        return None
    own = (user.username, user.name, user.email, user.role, user.advisor_id, user.capacity, repr(user.notify))
    return Mark(everything, classes, own, today(), policy_stamp())
