"""Whether the time of a refusal tells who has an account: an unknown user, a wrong password, an account that is shut.

``python -m benchmarks.sign_in``. The real server on SQLite, one request at a time, the kinds in a random order, each
name asked for once in a round so that no lock-out is met. Beside the differences of the medians stands the floor: that
between two halves of the same kind, which nothing but chance makes.
"""

import argparse
import http.client
import json
import os
import random
import subprocess
import sys
import time
from statistics import median, quantiles

from benchmarks.api import Server, wait_for
from benchmarks.calibrate import databases

NAMES = 40
ROUNDS = 4
KINDS = ("unknown", "wrong password", "shut")

ACCOUNTS = f"""
from edumetrics.accounts.models import Role, User
made = User.objects.create_user("first", "correct horse battery 9", role=Role.ADVISOR)
for number in range({NAMES}):
    for kind, active in (("wrong password", True), ("shut", False)):
        name = kind.split()[0] + str(number)
        User.objects.create(username=name, password=made.password, role=Role.ADVISOR, is_active=active)
"""


def main() -> None:
    """Make the accounts, ask, and print a line for each kind."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with databases("sqlite") as variables:
        environment = {**os.environ, **variables}
        for command in (["migrate", "--verbosity", "0"], ["shell", "--no-imports", "-c", ACCOUNTS]):
            subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True)
        server = Server({**environment, "THROTTLE_SIGN_IN": "", "ALLOWED_HOSTS": "127.0.0.1"}, quiet=True)
        try:
            wait_for(server.port)
            report(measure(server.port))
        finally:
            server.stop()


def measure(port: int) -> dict[str, list[float]]:
    """Seconds of each refusal, in the order of asking."""
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    # A name that is asked for a fifth time in a row is locked out; fewer rounds than that meet no lock.
    for number in range(-1, ROUNDS - 1):
        asked = [(kind, f"{kind.split()[0]}{place}") for kind in KINDS for place in range(NAMES)]
        random.Random(number).shuffle(asked)
        for kind, name in asked:
            seconds = refused(port, name)
            if number >= 0:
                found[kind].append(seconds)
    return found


def refused(port: int, name: str) -> float:
    """Seconds until a wrong password is refused."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"username": name, "password": "tea kettle orange 7"})
    began = time.perf_counter()
    connection.request("POST", "/api/token/", body=body, headers={"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    seconds = time.perf_counter() - began
    connection.close()
    assert answer.status == 401, text
    return seconds


def report(found: dict[str, list[float]]) -> None:
    floor = max(abs(median(times[::2]) - median(times[1::2])) for times in found.values())
    print(f"{'refused as':<16}{'asked':>7}{'p10 ms':>9}{'median ms':>11}{'p90 ms':>9}{'beside unknown ms':>20}")
    for kind, times in found.items():
        cuts = quantiles(times, n=10)
        beside = 1000 * (median(times) - median(found["unknown"]))
        print(
            f"{kind:<16}{len(times):>7}{1000 * cuts[0]:>9.1f}{1000 * median(times):>11.1f}{1000 * cuts[8]:>9.1f}"
            f"{beside:>+20.2f}"
        )
    print(f"Two halves of one kind differ by up to {1000 * floor:.2f} ms.")


if __name__ == "__main__":
    main()
