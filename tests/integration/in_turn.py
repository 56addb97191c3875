"""Several ``manage.py`` commands in one process that need not import everything anew.

Importing takes longer than most commands. So one process imports what does not depend on settings, and forks a child
for each request: a line of JSON with the environment and a list of argument lists. The child runs the commands one
after the other; the answer is a line of JSON with a list of [exit code, stdout, stderr].
"""

import gc
import importlib
import io
import json
import os
import signal
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout

TIMEOUT = 300

# None of these reads a setting or starts a thread.
BEFOREHAND = (
    "adbc_driver_postgresql.dbapi",
    "adbc_driver_sqlite.dbapi",
    "demo.college.simulate",
    "django.contrib.staticfiles.handlers",
    "django.core.management.commands.migrate",
    "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base",
    "django.db.models",
    "edumetrics.databases.writing",
    "edumetrics.engine.semester",
    "rich.progress",
)


def finished(arguments: list[str]) -> tuple[int, str, str]:
    """What a command of its own process would have given."""
    from django.core.management import execute_from_command_line

    # Binary buffers below the text, because a command may write bytes to sys.stdout.buffer.
    buffers = io.BytesIO(), io.BytesIO()
    out, err = (io.TextIOWrapper(buffer, encoding="utf-8", write_through=True) for buffer in buffers)
    code: int | str | None = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            execute_from_command_line(["manage.py", *arguments])
        except SystemExit as stop:
            code = stop.code
        except Exception:
            traceback.print_exc()
            code = 1
    return int(code or 0), buffers[0].getvalue().decode(), buffers[1].getvalue().decode()


def in_child(environment: dict[str, str], commands: list[list[str]]) -> str:
    """The answer of a forked child."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        signal.alarm(TIMEOUT)
        os.environ.clear()
        os.environ.update(environment)
        answer = json.dumps([finished(arguments) for arguments in commands])
        with os.fdopen(writing, "w") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


if __name__ == "__main__":
    # A child lives for seconds, and has no garbage worth looking for.
    gc.disable()
    for module in BEFOREHAND:
        importlib.import_module(module)
    for line in sys.stdin:
        print(in_child(**json.loads(line)), flush=True)
