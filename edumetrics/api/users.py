"""/api/users/: the accounts, for admins."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts import links
from edumetrics.accounts.actions import AccountError, LastAdmin, add_user, change_user, invite
from edumetrics.accounts.models import AccountBranch, AccountClass, Origin, Role, User
from edumetrics.accounts.signing_in import client_address
from edumetrics.analysis_db.models import RosterClass
from edumetrics.api.problems import Conflict
from edumetrics.api.resources import KEY_LENGTH, Body, ListParameters, ListResource, Resource
from edumetrics.interventions.follow_ups import classes_with_open, hand_over

_MOST = 2_000
"""Classes or branches that one request may give."""


class UserParameters(ListParameters):
    """Filters of the accounts."""

    orderings = ("username", "name", "role", "last_login")

    role = serializers.ChoiceField(choices=Role.choices, required=False)
    active = serializers.BooleanField(required=False)
    class_id = serializers.CharField(
        max_length=KEY_LENGTH, trim_whitespace=False, required=False, help_text="those who are responsible for it"
    )
    search = serializers.CharField(max_length=150, required=False, help_text="part of user name, name or mail address")


class GivenClassSerializer(serializers.Serializer[Any]):
    """A class that an advisor is responsible for."""

    class_id = serializers.CharField()
    origin = serializers.ChoiceField(
        choices=Origin.choices, help_text="who says so; what the college says, only a sync changes"
    )


class UserSerializer(serializers.Serializer[Any]):
    """An account."""

    username = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    active = serializers.BooleanField(help_text="may sign in")
    advisor_id = serializers.CharField(allow_null=True, help_text="in the college's table of advisors")
    demo = serializers.BooleanField(help_text="an account of the demo college, with a known password")
    has_password = serializers.BooleanField(help_text="false: was invited and has not set one yet")
    classes = GivenClassSerializer(many=True)
    branches = serializers.ListField(child=serializers.CharField())
    invited_at = serializers.DateTimeField(allow_null=True)
    last_login = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class InvitationSerializer(serializers.Serializer[Any]):
    """A one-time link to set a password. It is a key to the account: hand it to its owner and to nobody else."""

    username = serializers.CharField()
    url = serializers.CharField()
    expires_at = serializers.DateTimeField()
    mailed = serializers.BooleanField(help_text="it is on its way by mail; false: hand it on yourself")


class InvitedUserSerializer(UserSerializer):
    """A new account, and the link to its first password."""

    invitation = InvitationSerializer()


class _Assigned(Body):
    """What both bodies have."""

    name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    classes = serializers.ListField(
        child=serializers.CharField(max_length=KEY_LENGTH, trim_whitespace=False),
        max_length=_MOST,
        required=False,
        help_text="of an advisor: all the classes that you give, besides those that the college gives",
    )
    branches = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=_MOST, required=False, help_text="of a coordinator"
    )

    def validate_classes(self, value: list[str]) -> list[str]:
        """Classes of the roster."""
        known = set(RosterClass.objects.filter(class_id__in=value).values_list("class_id", flat=True))
        return _all_known(value, known, "class")

    def validate_branches(self, value: list[str]) -> list[str]:
        """Branches of the roster."""
        known = set(RosterClass.objects.filter(branch__in=value).values_list("branch", flat=True))
        return _all_known(value, known, "branch")


def _all_known(value: list[str], known: set[Any], what: str) -> list[str]:
    unknown = [one for one in value if one not in known]
    if unknown:
        raise ValidationError(f"There is no {what} {unknown[0]!r} on the roster of the last run.")
    return value


class NewUserSerializer(_Assigned):
    """An account to be added."""

    username = serializers.CharField(max_length=150, validators=[UnicodeUsernameValidator()])
    role = serializers.ChoiceField(choices=Role.choices)


class ChangedUserSerializer(_Assigned):
    """What is to be changed. What is left out stays."""

    role = serializers.ChoiceField(choices=Role.choices, required=False)
    active = serializers.BooleanField(required=False)


class Users(ListResource):
    """The accounts."""

    roles = (Role.ADMIN,)
    parameters = UserParameters
    item = UserSerializer
    csv_name = "users"
    order = ("username",)
    orders = {
        "username": ("username",),
        "name": ("name", "username"),
        "role": ("role", "username"),
        "last_login": (F("last_login").asc(nulls_last=True), "username"),
    }

    def rows(self) -> "QuerySet[Any, Any]":
        """All that the filters leave."""
        query = self.query
        found = User.objects.all()
        if "role" in query:
            found = found.filter(role=query["role"])
        if "active" in query:
            found = found.filter(is_active=query["active"])
        if "class_id" in query:
            found = found.filter(
                pk__in=AccountClass.objects.filter(class_id=query["class_id"]).values("user"), role=Role.ADVISOR
            )
        if "search" in query:
            text = query["search"]
            found = found.filter(Q(username__icontains=text) | Q(name__icontains=text) | Q(email__icontains=text))
        return found

    def present(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """As they are answered."""
        return present(rows)

    def reason(self) -> str:
        """Why there is none."""
        return "No account is like that."

    @extend_schema(
        operation_id="user_add",
        request=NewUserSerializer,
        responses={201: InvitedUserSerializer},
        examples=[
            OpenApiExample(
                "A coordinator",
                {"username": "r.rao", "name": "Dr. R. Rao", "role": "coordinator", "branches": ["CSE"]},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Add an account and invite its owner: the answer has a one-time link to set a password."""
        values = self.body(NewUserSerializer)
        _check_belongs(values["role"], values)
        try:
            with transaction.atomic():
                user = add_user(**values, by=self.user.username, from_where=_from_where(self))
                invitation = invite(user, by=self.user.username, from_where=_from_where(self))
                _hand_over(self, set(values.get("classes", ())))
        except AccountError as error:
            raise ValidationError({"username": [str(error)]}) from error
        except IntegrityError as error:
            # Somebody else added it at the same moment.
            raise ValidationError({"username": ["There already is such an account."]}) from error
        return Response({**present([user])[0], "invitation": present_link(invitation)}, status=201)


@extend_schema(parameters=[OpenApiParameter("username", OpenApiTypes.STR, OpenApiParameter.PATH)])
class OneUser(Resource):
    """One account."""

    roles = (Role.ADMIN,)
    errors = {409: "They are the last active admin."}

    @extend_schema(operation_id="user_retrieve", responses={200: UserSerializer})
    def get(self, request: Request, username: str) -> Response:
        """The account."""
        return Response(present([_user(username)])[0])

    @extend_schema(operation_id="user_change", request=ChangedUserSerializer, responses={200: UserSerializer})
    def patch(self, request: Request, username: str) -> Response:
        """Change role, classes, branches, or whether they may sign in. Open follow-ups go along with a class."""
        values = self.body(ChangedUserSerializer)
        if "active" in values:
            values["is_active"] = values.pop("active")
        with transaction.atomic():
            user = _user(username)
            _check_belongs(values.get("role", user.role), values)
            try:
                changed = change_user(user, **values, by=self.user.username, from_where=_from_where(self))
            except LastAdmin as error:
                raise Conflict(str(error)) from error
            # Also where a coordinator had promised something and may not see the student any more.
            _hand_over(self, changed | classes_with_open(user.username))
        return Response(present([user])[0])


@extend_schema(parameters=[OpenApiParameter("username", OpenApiTypes.STR, OpenApiParameter.PATH)])
class Invite(Resource):
    """Inviting once more."""

    roles = (Role.ADMIN,)
    errors = {409: "The account is not active."}

    @extend_schema(operation_id="user_invite", request=None, responses={201: InvitationSerializer})
    def post(self, request: Request, username: str) -> Response:
        """A new one-time link to set a password; an older one stops working. The present password holds until then."""
        try:
            invitation = invite(_user(username), by=self.user.username, from_where=_from_where(self))
        except AccountError as error:
            raise Conflict(str(error)) from error
        return Response(present_link(invitation), status=201)


def _user(username: str) -> User:
    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        raise NotFound
    return user


def _check_belongs(role: str, values: dict[str, Any]) -> None:
    """Raises ValidationError for classes of somebody who is no advisor, or branches of one who is no coordinator."""
    for field, owner in (("classes", Role.ADVISOR), ("branches", Role.COORDINATOR)):
        if values.get(field) and role != owner:
            raise ValidationError({field: [f"The role is {role}; {field} are for the role {owner}."]})


def _from_where(view: Resource) -> str:
    return client_address(view.request._request)


def _hand_over(view: Resource, classes: set[str]) -> None:
    hand_over(classes, by=view.user.username, at=datetime.now(UTC), from_where=_from_where(view))


def present(rows: Sequence[User]) -> list[dict[str, Any]]:
    """Accounts as they are answered; two further queries."""
    keys = [user.pk for user in rows]
    classes: dict[int, list[dict[str, str]]] = defaultdict(list)
    given = AccountClass.objects.filter(user__in=keys).order_by("class_id")
    for key, class_id, origin in given.values_list("user_id", "class_id", "origin"):
        classes[key].append({"class_id": class_id, "origin": origin})
    branches: dict[int, list[str]] = defaultdict(list)
    for key, branch in AccountBranch.objects.filter(user__in=keys).order_by("branch").values_list("user_id", "branch"):
        branches[key].append(branch)
    return [
        {
            "username": user.username,
            "name": user.name,
            "email": user.email,
            "role": user.role,
            "active": user.is_active,
            "advisor_id": user.advisor_id,
            "demo": user.is_demo,
            "has_password": not user.password.startswith(UNUSABLE_PASSWORD_PREFIX),
            "classes": classes[user.pk],
            "branches": branches[user.pk],
            "invited_at": user.invited_at,
            "last_login": user.last_login,
            "created_at": user.created_at,
        }
        for user in rows
    ]


def present_link(link: links.Link) -> dict[str, Any]:
    """An invitation as it is answered."""
    return {
        "username": link.user.username,
        "url": link.url,
        "expires_at": link.expires_at,
        "mailed": link.is_mailed,
    }
