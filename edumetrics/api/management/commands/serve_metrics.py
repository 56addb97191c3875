"""manage.py serve_metrics."""

import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from edumetrics.api.metrics import RunsCollector


class Command(BaseCommand):
    """Serve Prometheus on METRICS_ADDRESS; gunicorn.conf.py starts it with the server."""

    help = "Serve the metrics for Prometheus on METRICS_ADDRESS. The server starts it by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        """Until the process that started it has gone."""
        host, port = address(settings.METRICS_ADDRESS)
        registry = CollectorRegistry()
        registry.register(RunsCollector())
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        try:
            start_http_server(port, host, registry)
        except OSError as error:
            raise CommandError(f"METRICS_ADDRESS {host}:{port} cannot be used: {error.strerror}.") from error
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(1)


def address(text: str) -> tuple[str, int]:
    """Host and port of "host:port". Raises CommandError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise CommandError(f"METRICS_ADDRESS is {text!r}; it must be host:port, such as 127.0.0.1:9100.")
    return host.strip("[]"), int(port)
