"""The OpenAPI document: what the code does, with every error that an address can answer with."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers

from edumetrics.api.problems import MEDIA_TYPE
from edumetrics.api.resources import EVERYBODY, Body, Key, ListResource, Resource

_WITH_BODY = ("POST", "PUT", "PATCH")


class ProblemSerializer(serializers.Serializer[Any]):
    """An error, as RFC 9457 has it."""

    type = serializers.CharField(help_text="always about:blank: title says what kind it is")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="what was wrong and what to do, in words")

    def get_fields(self) -> dict[str, Any]:
        """With ``errors``, a name that Serializer itself uses."""
        messages = serializers.ListField(child=serializers.CharField())
        errors = serializers.DictField(child=messages, required=False, help_text="messages by field")
        return {**super().get_fields(), "errors": errors}


class Schema(AutoSchema):
    """Adds what every resource has: its parameters, its errors, and the envelope of lists."""

    def get_override_parameters(self) -> list[Any]:
        """The view's parameters."""
        given = list(super().get_override_parameters())
        if isinstance(self.view, Resource) and self.method == "GET" and self.view.parameters().fields:
            given.append(self.view.parameters)
        return given

    def get_response_serializers(self) -> Any:
        """Of a list: a page of its items, or all of them as CSV."""
        if isinstance(self.view, ListResource) and self.method == "GET":
            return {(200, "application/json"): page_of(self.view.item, self.view.beside_fields), (200, "text/csv"): str}
        return super().get_response_serializers()

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        is_text = type(field) is serializers.CharField or isinstance(field, Key)
        if direction == "request" and is_text and "pattern" not in schema:
            # No database of ours holds a null character.
            schema["pattern"] = r"^[^\x00]*$"
        return schema

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, Body):
            schema["additionalProperties"] = False
        return schema

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if isinstance(self.view, Resource):
            for status, text in _errors_of(self.view, self.method, self.path).items():
                answer = OpenApiResponse(ProblemSerializer, description=text)
                bodies.setdefault(
                    str(status),
                    self._get_response_for_code(answer, str(status), [MEDIA_TYPE], direction),  # type: ignore[no-untyped-call]
                )
        return bodies


def _errors_of(view: Resource, method: str, path: str) -> dict[int, str]:
    """Status -> when, of everything that can go wrong at an address."""
    found = {400: "Something in the request is wrong; errors names it."}
    if view.permission_classes:
        found[401] = "No valid access token."
    if tuple(view.roles_for(method)) != EVERYBODY:
        found[403] = "Another role."
    if isinstance(view, ListResource) and method == "GET":
        found[404] = "What a filter names does not exist for this user, or the page is beyond the last."
    elif "{" in path or {"class_id", "student_id", "subject_id"} & set(view.parameters().fields):
        found[404] = "It does not exist for this user."
    found[406] = "No acceptable format."
    if method in _WITH_BODY:
        found |= {413: "The body is too large.", 415: "The body is not JSON."}
    found |= {429: "Too many requests.", 503: "The database cannot be reached at the moment."}
    return found | dict(view.errors)


def page_of(item: type[serializers.Serializer[Any]], beside: Mapping[str, Any]) -> Any:
    """The envelope of a list, with what stands ``beside`` the rows."""
    return inline_serializer(
        f"PageOf{item.__name__.removesuffix('Serializer')}",
        {
            "count": serializers.IntegerField(help_text="rows in all"),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "reason": serializers.CharField(allow_null=True, help_text="of an empty list: why it is empty"),
            **beside,
            "results": item(many=True),
        },
    )
