"""What Prometheus is told: requests by every worker, runs and weeks from the analysis database.

It is served by a process of its own (manage.py serve_metrics), which gunicorn.conf.py starts where METRICS_ADDRESS is
set; the workers leave their numbers in files for it (PROMETHEUS_MULTIPROC_DIR).
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Count, Max, Min
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from edumetrics.analysis_db.models import AnalysisRun, AnalysisState
from edumetrics.runs.queue import runner_alive

REQUESTS = Counter("edumetrics_requests", "Requests answered", ["route", "method", "status"])
REQUEST_SECONDS = Histogram(
    "edumetrics_request_seconds",
    "Time to answer, without the sending of a streamed answer",
    ["route", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)

State = AnalysisRun.State


class RunsCollector(Collector):
    """Runs, queue, runner and published weeks, read from the analysis database at each scrape."""

    def collect(self) -> Iterator[Metric]:
        """The gauges. Without a database only that there is none."""
        up = GaugeMetricFamily("edumetrics_analysis_database_up", "1: the analysis database answers")
        try:
            found = list(_gauges(datetime.now(UTC)))
        except Exception:
            found = []
        finally:
            connection.close()
        up.add_metric([], 1.0 if found else 0.0)
        yield from [up, *found]

    def describe(self) -> list[Metric]:
        """Nothing is asked of the database before the first scrape."""
        return []


def _gauges(now: datetime) -> Iterator[Metric]:
    runs = GaugeMetricFamily("edumetrics_runs", "Runs recorded", labels=["kind", "state"])
    counts = AnalysisRun.objects.order_by().values_list("kind", "state").annotate(count=Count("pk"))
    for kind, state, count in counts.order_by("kind", "state"):
        runs.add_metric([kind, state], count)
    yield runs
    queued = AnalysisRun.objects.filter(state=State.QUEUED)
    yield _gauge("edumetrics_queue_length", "Runs that wait", queued.count())
    oldest = queued.aggregate(oldest=Min("queued"))["oldest"]
    yield _gauge("edumetrics_queue_oldest_seconds", "How long the oldest of them has waited", _age(oldest, now) or 0)
    yield _gauge("edumetrics_runner_alive", "1: a scheduler takes up queued runs", float(runner_alive(now) is not None))
    succeeded = GaugeMetricFamily(
        "edumetrics_run_succeeded_age_seconds", "Time since the last run of a kind that went well", labels=["kind"]
    )
    done = AnalysisRun.objects.filter(state=State.SUCCEEDED).order_by().values_list("kind")
    for kind, finished in done.annotate(finished=Max("finished")).order_by("kind"):
        succeeded.add_metric([kind], _age(finished, now) or 0)
    yield succeeded
    published = AnalysisRun.objects.filter(pk__in=AnalysisState.objects.values("run_id")).aggregate(
        oldest=Min("started"), newest=Max("started")
    )
    for which, started in published.items():
        if started is not None:
            text = f"Time since the run began that published the {which} of the classes' present weeks"
            yield _gauge(f"edumetrics_published_week_{which}_age_seconds", text, _age(started, now) or 0)


def _gauge(name: str, text: str, value: float) -> Metric:
    gauge = GaugeMetricFamily(name, text)
    gauge.add_metric([], value)
    return gauge


def _age(then: datetime | None, now: datetime) -> float | None:
    return None if then is None else max(0.0, (now - then).total_seconds())
