"""How gunicorn serves EduMetrics: `gunicorn` in this folder needs no further option (docs/how-to/serve.md)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import environ

ROOT = Path(__file__).resolve().parent
env = environ.Env()
# The settings of the server may stand in the same file as those of the program.
env.read_env(ROOT / ".env")

wsgi_app = "edumetrics.config.wsgi"
bind = env.str("BIND", default="127.0.0.1:8000")

workers = env.int("WEB_WORKERS", default=os.cpu_count() or 1)
threads = env.int("WEB_THREADS", default=4)
worker_class = "gthread"
# The program is loaded once, before the workers fork, and they share its memory. It opens no connection by then.
preload_app = True
# A worker whose threads are all stuck for so long is replaced. Exports are streamed, and do not count.
timeout = 60
graceful_timeout = 30
keepalive = 5
# Workers are made anew after a while, not all at once, so that memory that leaks somewhere does not add up.
max_requests = 20_000
max_requests_jitter = 2_000
if os.path.isdir("/dev/shm"):  # noqa: S108
    # Heartbeats on a disk can block a worker.
    worker_tmp_dir = "/dev/shm"  # noqa: S108

limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190
# No header says by itself which scheme or address a request came by: TRUSTED_PROXIES decides (config/settings.py).
forwarded_allow_ips = ""

# Paths name students, so gunicorn's log of accesses stays off; edumetrics.api.requests writes one without them.
accesslog = None
errorlog = "-"
loglevel = env.str("GUNICORN_LOG_LEVEL", default="warning")

metrics_address = env.str("METRICS_ADDRESS", default="")
_METRICS: list["subprocess.Popen[bytes]"] = []
if metrics_address:
    # Before the program is loaded: prometheus_client reads it when it is imported.
    folder = Path(env.str("DATA_DIR", default=str(ROOT / "data"))).resolve() / f"metrics-{os.getpid()}"
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    folder.mkdir(parents=True, exist_ok=True)


def when_ready(server: Any) -> None:
    """Serve the metrics from a process of its own, which ends with this one."""
    if metrics_address:
        _METRICS.append(subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "serve_metrics"], cwd=ROOT))  # noqa: S603


def child_exit(server: Any, worker: Any) -> None:
    """Leave the gauges of a worker that is gone out."""
    if metrics_address:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """End the process of the metrics, and clear its files away."""
    for process in _METRICS:
        process.terminate()
        process.wait(10)
    if metrics_address:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
