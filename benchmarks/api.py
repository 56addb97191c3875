"""How fast the API answers, beside an authenticated address that says a constant, measured in the same run.

A calibrated demo college on PostgreSQL, gunicorn with 2 workers, 16 clients, each an advisor with a class of their
own who asks for its list, for the students on it, and for its weeks. Twice: "first asked" is of a server that keeps
no answer, so that each is made; "as served" has the product's settings, where answers are kept until something
changes: each client asks for the same addresses again and again, and nobody changes anything. The clients are a
process of their own; how much of a core it used is printed, so that it can be seen not to be what limits. Rounds of
all addresses of both servers take turns, so that what else the machine does falls on all of them; the server that is
not asked waits.
Run as ``make bench-api``, or ``python -m benchmarks.api --students 3000``.
"""

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from statistics import quantiles
from typing import Any

from benchmarks.calibrate import databases

WEEK = 17
ADDRESSES = ("constant", "flagged", "student-performance", "class-performance")
MODES = {"first asked": {"KEPT_ANSWERS_MB": "0"}, "as served": {}}
GOALS = {"flagged": 2.5, "student-performance": 2.0}
ROUNDS = 3


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, default=100_000)
    arguments.add_argument("--clients", type=int, default=16)
    arguments.add_argument("--seconds", type=float, default=30, help="for each address, over all rounds")
    arguments.add_argument("--database", help="URL of a calibrated analysis database; default: a new one")
    arguments.add_argument("--phase", choices=["prepare", "advisors", "load"], help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.phase == "load":
        print(json.dumps(load(json.load(sys.stdin))))
    elif options.phase:
        in_django(options)
    elif options.database:
        measure(options, {**os.environ, "DEFAULT_DB_URL": options.database})
    else:
        with databases("postgresql") as variables:
            environment = {**os.environ, **variables}
            child("prepare", options, environment)
            measure(options, environment)


def measure(options: argparse.Namespace, environment: dict[str, str]) -> None:
    """Serve the database, ask, and print a line for each address of each mode."""
    advisors = json.loads(child("advisors", options, environment))
    servers = {mode: Server({**environment, **more}) for mode, more in MODES.items()}
    try:
        for server in servers.values():
            wait_for(server.port)
        found: dict[tuple[str, str], list[float]] = defaultdict(list)
        spent: dict[tuple[str, str], float] = defaultdict(float)
        size: dict[str, int] = {}
        busy = 0.0
        for number in range(-1, ROUNDS):
            for mode, server in servers.items():
                for name in ADDRESSES:
                    plan = {"port": server.port, "clients": options.clients, "advisors": advisors, "address": name}
                    plan["seconds"] = options.seconds / ROUNDS if number >= 0 else 2
                    result = json.loads(child("load", options, environment, json.dumps(plan)))
                    # The first round warms up.
                    if number >= 0:
                        found[mode, name] += result["times"]
                        spent[mode, name] += result["seconds"]
                        size[name] = result["bytes"]
                        busy = max(busy, result["cpu"] / result["seconds"])
        report(found, spent, size, busy)
    finally:
        for server in servers.values():
            server.stop()


class Server:
    """gunicorn on a free port. ``quiet``: what it logs is dropped."""

    def __init__(self, environment: dict[str, str], *, quiet: bool = False) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        served = {**environment, "DJANGO_SETTINGS_MODULE": "benchmarks.api_server", "LOG_LEVEL": "ERROR"}
        served |= {"BIND": f"127.0.0.1:{self.port}", "WEB_WORKERS": "2", "WEB_THREADS": "4"}
        # 16 clients behind one address ask more often than any people would.
        served |= {"THROTTLE_ADDRESS": "", "THROTTLE_USER": ""}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"], env=served, stderr=subprocess.DEVNULL if quiet else None
        )

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)


def report(
    found: dict[tuple[str, str], list[float]],
    spent: dict[tuple[str, str], float],
    size: dict[str, int],
    busy: float,
) -> None:
    print(
        f"{'':<13}{'address':<21}{'answers/s':>10}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'x constant':>12}{'goal':>6}"
        f"{'KB':>7}"
    )
    for mode in MODES:
        floor = quantiles(found[mode, "constant"], n=100)[94]
        for name in ADDRESSES:
            times = found[mode, name]
            cuts = quantiles(times, n=100)
            p50, p95, p99 = (1000 * cuts[place] for place in (49, 94, 98))
            ratio, goal = f"{cuts[94] / floor:.2f}", GOALS.get(name, "")
            rate = len(times) / spent[mode, name]
            print(
                f"{mode:<13}{name:<21}{rate:>10.0f}{p50:>9.1f}{p95:>9.1f}{p99:>9.1f}{ratio:>12}{goal:>6}"
                f"{size[name] / 1000:>7.1f}"
            )
    print(f"The clients used at most {busy:.0%} of a core.")


def child(phase: str, options: argparse.Namespace, environment: dict[str, str], given: str = "") -> str:
    """Run a phase in a process of its own; the last line that it printed."""
    command = [sys.executable, "-m", "benchmarks.api", "--phase", phase, "--students", str(options.students)]
    command += ["--clients", str(options.clients)]
    done = subprocess.run(command, env=environment, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"phase {phase} failed:\n{done.stdout}{done.stderr}")
    return (done.stdout.splitlines() or [""])[-1]


def in_django(options: argparse.Namespace) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edumetrics.config.settings")
    django.setup()
    if options.phase == "prepare":
        prepare(options.students)
    else:
        print(json.dumps(advisors_of(options.clients)))


def prepare(students: int) -> None:
    """The college at week 17, calibrated, as autovacuum would leave it."""
    from django.db import connection

    from benchmarks.calibrate import calibrate
    from benchmarks.calibrate import prepare as simulate

    simulate(students)
    calibrate(students)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def advisors_of(clients: int) -> list[dict[str, Any]]:
    """An advisor for each client: access token, class and the students who are flagged this week."""
    from rest_framework_simplejwt.tokens import RefreshToken

    from edumetrics.accounts.models import AccountClass, Role, User
    from edumetrics.analysis_db.models import AnalysisState, WeeklyFlags

    found = []
    for number, state in enumerate(AnalysisState.objects.order_by("class_id")[:clients]):
        user, _ = User.objects.get_or_create(username=f"client{number}", defaults={"role": Role.ADVISOR})
        AccountClass.objects.get_or_create(user=user, class_id=state.class_id)
        flags = WeeklyFlags.objects.filter(class_id=state.class_id, sem_week=state.sem_week)
        students = list(flags.values_list("student_id", flat=True))
        token = str(RefreshToken.for_user(user).access_token)  # type: ignore[attr-defined]
        found.append({"token": token, "students": students, "class_id": state.class_id})
    return found


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not answer")


def load(plan: dict[str, Any]) -> dict[str, Any]:
    """Ask for an address from all clients at once; seconds of every answer, and what was used."""
    times: list[float] = []
    sizes: list[int] = []
    end = time.monotonic() + plan["seconds"]

    def client(number: int) -> None:
        advisor = plan["advisors"][number % len(plan["advisors"])]
        headers = {"Authorization": f"Bearer {advisor['token']}"}
        connection = http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=60)
        asked = 0
        while time.monotonic() < end:
            path = path_of(plan["address"], advisor, asked)
            asked += 1
            began = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            times.append(time.perf_counter() - began)
            sizes.append(len(body))
            assert answer.status == 200, body

    threads = [threading.Thread(target=client, args=(number,)) for number in range(plan["clients"])]
    began, cpu = time.monotonic(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    used = time.process_time() - cpu
    return {"times": times, "seconds": seconds, "cpu": used, "bytes": sum(sizes) // max(1, len(sizes))}


def path_of(address: str, advisor: dict[str, Any], number: int) -> str:
    if address == "student-performance":
        return f"/api/student-performance/?student_id={advisor['students'][number % len(advisor['students'])]}"
    return f"/api/{address}/"


if __name__ == "__main__":
    main()
