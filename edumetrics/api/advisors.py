"""/api/advisors/sync/: accounts for the advisors of the college."""

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts.models import Role
from edumetrics.accounts.signing_in import client_address
from edumetrics.api.problems import Conflict
from edumetrics.api.resources import Body, Resource
from edumetrics.api.users import InvitationSerializer, present_link
from edumetrics.runs.advisors import on_the_roster, sync_advisors
from edumetrics.runs.errors import RunError


class SyncSerializer(Body):
    """How to do it."""

    dry_run = serializers.BooleanField(default=False, help_text="say what would change, and change nothing")


class ClassesOfUserSerializer(serializers.Serializer[Any]):
    """An advisor and classes."""

    username = serializers.CharField()
    classes = serializers.ListField(child=serializers.CharField())


class SyncedSerializer(serializers.Serializer[Any]):
    """What changed, or would change."""

    dry_run = serializers.BooleanField()
    added = serializers.ListField(child=serializers.CharField(), help_text="user names")
    renamed = serializers.ListField(child=serializers.CharField(), help_text="name or mail address changed")
    deactivated = serializers.ListField(child=serializers.CharField(), help_text="no longer in the college's table")
    gained = ClassesOfUserSerializer(many=True)
    lost = ClassesOfUserSerializer(many=True)
    refused = serializers.ListField(child=serializers.CharField(), help_text="what could not be done, in sentences")
    follow_ups = serializers.IntegerField(help_text="open follow-ups that were handed over")
    invitations = InvitationSerializer(many=True, help_text="of the new ones")


class AdvisorSync(Resource):
    """Letting the accounts follow the college's table."""

    roles = (Role.ADMIN,)
    errors = {409: "The roster has no advisor: nothing ran yet, or the college's table is empty."}

    @extend_schema(operation_id="advisors_sync", request=SyncSerializer, responses={200: SyncedSerializer})
    def post(self, request: Request) -> Response:
        """Invite new advisors, deactivate those who are gone, and give classes, as the last run found the table."""
        dry_run = self.body(SyncSerializer)["dry_run"]
        try:
            synced = sync_advisors(
                on_the_roster(),
                by=self.user.username,
                from_where=client_address(request._request),
                dry_run=dry_run,
            )
        except RunError as error:
            raise Conflict(str(error)) from error
        return Response(
            {
                "dry_run": dry_run,
                "added": synced.added,
                "renamed": synced.renamed,
                "deactivated": synced.deactivated,
                "gained": _by_user(synced.gained),
                "lost": _by_user(synced.lost),
                "refused": synced.refused,
                "follow_ups": synced.follow_ups,
                "invitations": [present_link(link) for link in synced.invitations],
            }
        )


def _by_user(classes: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    return [{"username": username, "classes": ids} for username, ids in classes.items()]
