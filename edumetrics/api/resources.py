"""What every resource has in common: parameters that are checked, roles, and lists with pages, orderings and CSV."""

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edumetrics.accounts import scope
from edumetrics.accounts.models import Role, User
from edumetrics.accounts.signing_in import client_address
from edumetrics.api.kept import Answer, Asked, asked
from edumetrics.api.rendering import CsvRenderer, JsonRenderer
from edumetrics.api.tables import csv_lines
from edumetrics.api.throttles import AddressThrottle, UserThrottle
from edumetrics.audit.actions import What, pseudonym, record
from edumetrics.databases.compiled import Compiled

KEY_LENGTH = 64
PAGE_SIZE = 25
LARGEST_PAGE = 200
# What a bigint and a signed offset hold, with room to spare.
_LAST_PAGE = 1_000_000
_CHUNK = 1_000
EVERYBODY = tuple(Role)


class Parameters(serializers.Serializer[Any]):
    """The query parameters of a resource, with types and bounds. Any other parameter is an error."""


class Body(serializers.Serializer[Any]):
    """The body of a request: an object. A field that is not declared is an error and never ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Raises ValidationError, which names every field that is wrong or unknown."""
        errors: dict[str, Any] = {}
        values: Any = {}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            if not isinstance(data, Mapping):
                raise
            errors = dict(error.detail) if isinstance(error.detail, dict) else {}
        known = ", ".join(self.fields) or "none"
        errors |= {
            str(name): [f"There is no such field here; there are: {known}."] for name in data if name not in self.fields
        }
        if errors:
            raise ValidationError(errors)
        return values


class Key(serializers.CharField):
    """An id of the college."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": KEY_LENGTH, "trim_whitespace": False, "required": False, **options})


def names_of(item: type[serializers.Serializer[Any]]) -> list[str]:
    """The names of a serializer's fields, in order."""
    return list(item().fields.keys())


class HasRole(BasePermission):
    """The view's ``roles`` (or those of the method) may use it; all others get 403."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the user's role is among those of the method."""
        assert isinstance(view, Resource)
        user = request.user
        return isinstance(user, User) and user.role in view.roles_for(request.method or "")


class Resource(APIView):
    """One address of the API.

    ``parameters``: of a GET. ``roles``: who may use it; ``roles_of``: other roles for some methods. ``errors``: further
    statuses that it answers with, for the schema: status -> when.
    """

    parameters: ClassVar[type[Parameters]] = Parameters
    roles: ClassVar[Sequence[Role]] = EVERYBODY
    roles_of: ClassVar[Mapping[str, Sequence[Role]]] = {}
    errors: ClassVar[Mapping[int, str]] = {}
    permission_classes: Sequence[Any] = (IsAuthenticated, HasRole)
    throttle_classes: Sequence[Any] = (UserThrottle,)
    is_throttled: ClassVar[bool] = True
    """Whether requests from one address are counted."""
    keeps: ClassVar[bool] = False
    """Whether answers to a GET are kept until something that they are made of changes (kept.py)."""
    _asked: Asked | None = None
    _kept: Answer | None = None

    def roles_for(self, method: str) -> Sequence[Role]:
        """Who may use the method."""
        return self.roles_of.get(method, self.roles)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the parameters too, of every method; they were right where an answer to them is kept."""
        if self.is_throttled:
            self._check_address(request)
        super().initial(request, *args, **kwargs)
        if request.method == "GET" and self.may_keep():
            self._asked = asked(request)
            self._kept = self._asked.answer() if self._asked else None
        if self._kept is None:
            _ = self.query

    def may_keep(self) -> bool:
        """Whether this answer may be kept."""
        return self.keeps

    def kept_answer(self) -> HttpResponse | None:
        """The answer, where one is kept. What the making of it would have recorded is to be recorded again."""
        return self._kept.response() if self._kept else None

    @cached_property
    def query(self) -> dict[str, Any]:
        """The parameters given, checked. Raises ValidationError, which names every one that is wrong."""
        allowed = self.parameters if self.request.method in ("GET", "HEAD") else Parameters
        given = self.request.query_params
        checked = allowed(data=given.dict())
        errors: dict[str, Any] = {} if checked.is_valid() else dict(checked.errors)
        known = ", ".join(checked.fields) or "none"
        errors |= {
            name: [f"There is no such parameter here; there are: {known}."]
            for name in given
            if name not in checked.fields
        }
        errors |= {name: ["Give it once only."] for name in given if len(given.getlist(name)) > 1}
        if errors:
            raise ValidationError(errors)
        return dict(checked.validated_data)

    def body(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The body, checked. Raises ValidationError."""
        given = serializer(data=self.request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    @property
    def user(self) -> User:
        """Who asks."""
        assert isinstance(self.request.user, User)
        return self.request.user

    def _check_address(self, request: Request) -> None:
        """Before anybody is asked who they are, so that those who are nobody are counted too."""
        throttle = AddressThrottle()
        if not throttle.allow_request(request, self):
            self.throttled(request, throttle.wait() or 1.0)

    def check_class(self, class_id: str | None) -> None:
        """Raises NotFound for a class that does not exist for this user; None is every class."""
        if class_id is not None and not scope.may_see_class(self.user, class_id):
            raise NotFound

    def check_student(self, student_id: str | None) -> None:
        """Raises NotFound for a student who does not exist for this user; None is everybody."""
        if student_id is not None and not scope.may_see_student(self.user, student_id):
            raise NotFound

    def audit(self, what: What, *, student_id: str = "", whom: str = "", **details: Any) -> None:
        """Add to the audit log who does ``what``, from which address; a student as a pseudonym."""
        record(
            what,
            who=self.user.username,
            whom=pseudonym(student_id) if student_id else whom,
            from_where=client_address(self.request._request),
            details=details,
        )

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Answers are for this user only, and to be asked for again (ETag) before they are used again."""
        response.headers.setdefault("Cache-Control", "private, no-cache")
        if self._asked and not self._kept and isinstance(response, Response) and response.status_code == 200:
            response.add_post_render_callback(self._asked.keep)
        return super().finalize_response(request, response, *args, **kwargs)


def in_order(
    rows: "QuerySet[Any, Any]", order: Sequence[Any], orders: Mapping[str, Sequence[Any]], asked: str | None
) -> "QuerySet[Any, Any]":
    """The rows in the order asked for, one of ``orders`` or with a minus its reverse; None: in ``order``."""
    if asked is None:
        return rows.order_by(*order)
    ordered = rows.order_by(*orders[asked.removeprefix("-")])
    return ordered.reverse() if asked.startswith("-") else ordered


class Found:
    """Rows of a compiled query as the list resource needs them: counted, cut into pages, gone through."""

    def __init__(self, compiled: Compiled, shape: tuple[Hashable, ...], values: Mapping[str, Any]) -> None:
        self._compiled = compiled
        self._shape = shape
        self._values = values

    def count(self) -> int:
        """How many there are. One query."""
        return self._compiled.count(*self._shape, **self._values)

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        """One query."""
        return self._compiled.page(part.start, part.stop - part.start, *self._shape, **self._values)

    def iterator(self, chunk_size: int) -> Iterator[dict[str, Any]]:
        """In the same order, not all in memory at once."""
        return self._compiled.query(*self._shape, **self._values).iterator(chunk_size=chunk_size)


class ListParameters(Parameters):
    """The parameters of every list. A subclass adds its filters."""

    orderings: ClassVar[Sequence[str]] = ()

    page = serializers.IntegerField(min_value=1, max_value=_LAST_PAGE, default=1, help_text="from 1")
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=PAGE_SIZE)
    format = serializers.ChoiceField(
        choices=["json", "csv"], default="json", help_text="csv: the whole list, every page, as a file"
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With ``ordering`` where the list can be put in other orders; a minus turns one around."""
        fields = super().get_fields()
        if self.orderings:
            names = [sign + name for name in self.orderings for sign in ("", "-")]
            fields["ordering"] = serializers.ChoiceField(
                choices=names, required=False, help_text="-: the other way round"
            )
        return fields


class ListResource(Resource):
    """A list: filtered, ordered, in pages, or whole as CSV.

    A subclass gives ``item`` (what one row is, for the schema), ``rows`` (a queryset in scope, filtered by
    ``self.query``), ``ordering`` and ``present``. ``orders``: ordering parameter -> fields, ascending; the first key
    that makes an order total belongs to each.
    """

    parameters: ClassVar[type[Parameters]] = ListParameters
    renderer_classes: Sequence[Any] = (JsonRenderer, CsvRenderer)
    item: ClassVar[type[serializers.Serializer[Any]]]
    orders: ClassVar[Mapping[str, Sequence[Any]]] = {}
    order: ClassVar[Sequence[Any]] = ("pk",)
    """The order where none is asked for."""
    csv_name: ClassVar[str] = "list"
    beside_fields: ClassVar[Mapping[str, serializers.Field[Any, Any, Any, Any]]] = {}
    """What ``beside`` gives, for the schema."""

    def beside(self) -> dict[str, Any]:
        """What stands beside the rows of a page, such as sums over all of them."""
        return {}

    def rows(self) -> "QuerySet[Any, Any]":
        """What the user may see, filtered."""
        raise NotImplementedError

    def present(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """Rows as they are answered; a constant number of further queries, however many rows there are."""
        return [dict(row) for row in rows]

    def reason(self) -> str | None:
        """Why the list is empty, in words; asked for an empty one only."""
        return None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A page of the list, or with format=csv the whole of it."""
        if (kept := self.kept_answer()) is not None:
            return kept
        rows = self.ordered(self.rows())
        if self.query["format"] == "csv" or getattr(request.accepted_renderer, "format", "") == "csv":
            return self._as_csv(rows)
        return Response(self._page(rows))

    def ordered(self, rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
        """In the order asked for; always a total one, so that pages neither repeat nor leave out a row."""
        return in_order(rows, self.order, self.orders, self.query.get("ordering"))

    def _page(self, rows: "QuerySet[Any, Any]") -> dict[str, Any]:
        number, size = self.query["page"], self.query["page_size"]
        count = rows.count()
        pages = max(1, math.ceil(count / size))
        if number > pages:
            raise NotFound(f"There is no page {number}: {count} rows make {pages} of {size}.")
        first = (number - 1) * size
        results = self.present(list(rows[first : first + size])) if count else []
        return {
            "count": count,
            "next": self._link(number + 1) if number < pages else None,
            "previous": self._link(number - 1) if number > 1 else None,
            "reason": None if count else self.reason(),
            **self.beside(),
            "results": results,
        }

    def _link(self, page: int) -> str:
        query = {**self.request.query_params.dict(), "page": page}
        return self.request.build_absolute_uri(f"{self.request.path}?{urlencode(query)}")

    def _as_csv(self, rows: "QuerySet[Any, Any]") -> StreamingHttpResponse:
        self.audit(What.EXPORT, whom=self.csv_name, rows=rows.count())
        response = StreamingHttpResponse(
            csv_lines(self.item(), self._chunks(rows)), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="{self.csv_name}.csv"'
        return response

    def _chunks(self, rows: "QuerySet[Any, Any]") -> Iterator[list[dict[str, Any]]]:
        chunk: list[Any] = []
        for row in rows.iterator(chunk_size=_CHUNK):
            chunk.append(row)
            if len(chunk) == _CHUNK:
                yield self.present(chunk)
                chunk = []
        if chunk:
            yield self.present(chunk)
