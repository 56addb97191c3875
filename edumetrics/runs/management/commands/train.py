"""manage.py train"""

from argparse import ArgumentParser
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from edumetrics.analysis_db.models import AnalysisRun
from edumetrics.engine.predictions.codes import OUTPUTS
from edumetrics.runs.catch_up import SHARD_STUDENTS
from edumetrics.runs.commands import EduMetricsCommand, add_param_option, mapping_of, policy
from edumetrics.runs.queue import add_queue_option, enqueue, say_waiting
from edumetrics.runs.train import DEFAULT_SEED, TrainRequest, train_all


class Command(EduMetricsCommand):
    """Learn from the college's past."""

    help = (
        "Train a predictor for each output on every finished semester of the college's database, test it on the latest "
        "one beside naive baselines, and keep it with its model card. It is used once it is promoted. The same data "
        "and seed give the same predictor."
    )
    examples = """  manage.py train                              all outputs; then: manage.py models
  manage.py train --promote-if-better          and use each that is better than the one in use
  manage.py train --output at_risk             one output only
  manage.py train --queue                      leave it to the scheduler

exit codes: 0 done, 1 failed or nothing could be trained, 4 another run is at work, 5 stopped by SIGTERM"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--output, --seed, --promote-if-better, --simple, --by, --param, --shard-students, --queue."""
        parser.add_argument(
            "--output", action="append", choices=list(OUTPUTS), help="only this output; may be repeated"
        )
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help=f"default {DEFAULT_SEED}")
        parser.add_argument(
            "--promote-if-better",
            action="store_true",
            help="use each model that beats the naive baselines and, on the same rows, the one in use",
        )
        parser.add_argument(
            "--simple", action="store_true", help="try linear candidates only: quicker, and often as good"
        )
        parser.add_argument("--by", default="command line", help="who asks, for the record")
        parser.add_argument(
            "--shard-students",
            type=int,
            metavar="N",
            help=f"about how many students are read and scored together (default {SHARD_STUDENTS})",
        )
        add_param_option(parser)
        add_queue_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Train, or queue it."""
        outputs = tuple(options["output"] or OUTPUTS)
        if options["queue"]:
            asked = {
                "outputs": list(outputs),
                "seed": options["seed"],
                "promote_if_better": options["promote_if_better"],
                "simple": options["simple"],
            }
            say_waiting(self, enqueue("train", parameters=options["param"], by=options["by"], **asked))
            return
        request = _request(options["param"], outputs, options["seed"], options["promote_if_better"], options["by"])
        shard_students = options["shard_students"] or request.shard_students
        report(self, replace(request, shard_students=shard_students, simple=options["simple"]))


def train_queued(command: EduMetricsCommand, run: AnalysisRun) -> None:
    """Carry out a training of the queue."""
    asked = run.request
    request = _request(
        asked["parameters"],
        tuple(asked.get("outputs") or OUTPUTS),
        asked.get("seed", DEFAULT_SEED),
        asked.get("promote_if_better", False),
        run.queued_by,
    )
    report(command, replace(request, queued=run.pk, simple=asked.get("simple", False)))


def _request(
    parameters: list[str], outputs: tuple[str, ...], seed: int, promote_if_better: bool, by: str
) -> TrainRequest:
    return TrainRequest(
        mapping=mapping_of(parameters),
        policy=policy(),
        now=datetime.now(UTC),
        shard_students=settings.SHARD_STUDENTS or SHARD_STUDENTS,
        outputs=outputs,
        seed=seed,
        promote_if_better=promote_if_better,
        by=by,
        parameters=tuple(parameters),
    )


def report(command: EduMetricsCommand, request: TrainRequest) -> None:
    """Train and print what came of it. Raises CommandError where nothing could be trained."""
    outcome = train_all(request)
    run = outcome.run
    assert run.started is not None
    assert run.finished is not None
    seconds = (run.finished - run.started).total_seconds()
    command.stdout.write(f"Run {run.pk}: trained {outcome.trained} of {len(request.outputs)} in {seconds:.1f} s.")
    for line in outcome.lines:
        command.stdout.write(line)
    if not outcome.trained:
        raise CommandError("Nothing could be trained; the lines above say why.")
