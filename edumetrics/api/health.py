"""/api/health/live and /api/health/ready: for load balancers, without signing in, and without saying what is wrong."""

import time
from functools import cache
from threading import Lock
from typing import Any

from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.api.problems import Unavailable
from edumetrics.api.resources import Resource
from edumetrics.databases.reachable import is_reachable

_GOOD_FOR_SECONDS = 5.0


class HealthSerializer(serializers.Serializer[Any]):
    """That it is well."""

    status = serializers.ChoiceField(choices=["ok"])


class _Health(Resource):
    permission_classes = ()
    authentication_classes = ()
    is_throttled = False


class Live(_Health):
    """Whether the process answers."""

    @extend_schema(operation_id="health_live", responses={200: HealthSerializer}, auth=[])
    def get(self, request: Request) -> Response:
        """Always well where it answers at all."""
        return Response({"status": "ok"})


class Ready(_Health):
    """Whether requests can be served, and runs can be made."""

    errors = {503: "A database cannot be reached, or migrations are not applied."}

    @extend_schema(operation_id="health_ready", responses={200: HealthSerializer}, auth=[])
    def get(self, request: Request) -> Response:
        """Both databases answer and every migration is applied, as of the last 5 seconds."""
        if not _state.is_ready():
            raise Unavailable("Not ready.", wait=_GOOD_FOR_SECONDS)
        return Response({"status": "ok"})


class _State:
    """What was found last; it is asked again after some seconds only, so that nobody can make us ask more."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked = float("-inf")
        self._ready = False

    def is_ready(self) -> bool:
        with self._lock:
            if time.monotonic() - self._asked > _GOOD_FOR_SECONDS:
                self._ready = _is_ready()
                self._asked = time.monotonic()
            return self._ready


_state = _State()


def _is_ready() -> bool:
    """The college's database is asked for nothing but a connection: no request reads it."""
    return all(is_reachable(connections[name].settings_dict) for name in ("default", "client_db")) and is_migrated()


def is_migrated() -> bool:
    """Whether the analysis database has every migration of this version."""
    try:
        return _is_migrated()
    except (DatabaseError, NotMigrated):
        return False


class NotMigrated(Exception):
    """A migration is not applied yet."""


@cache
def _is_migrated() -> bool:
    # An exception is not kept by the cache: what is applied once stays so, and what is not may come.
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotMigrated
    return True
