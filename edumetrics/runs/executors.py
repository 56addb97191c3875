"""Who carries out the shards of a run: this process, processes of this machine, or a cluster.

The shards are the same and so are the results, in any number and order.
"""

import logging
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Protocol

from edumetrics.runs.errors import RunError
from edumetrics.runs.shard import Job, Shard, ShardDone, carry_out
from edumetrics.runs.worker import begin, set_up


class Executor(Protocol):
    """Carries out shards and gives what came of each as it ends, in any order."""

    def __call__(self, job: Job, shards: Sequence[Shard]) -> Iterator[ShardDone]:
        """Raises what a shard raised; shards that were not begun then never are."""


def in_this_process(job: Job, shards: Sequence[Shard]) -> Iterator[ShardDone]:
    """One shard after the other."""
    for shard in shards:
        yield carry_out(job, shard)


@contextmanager
def in_processes(workers: int) -> Iterator[Executor]:
    """An executor with worker processes, which start at once and end with the block, or with this process."""
    # Read by Polars when it is imported, so by the workers only.
    with _environment("POLARS_MAX_THREADS", str(max(1, (os.cpu_count() or 1) // workers))):
        # Spawned, because threads of Polars do not survive a fork.
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), begin)
        # A pool starts its processes with the work it gets.
        for _ in range(workers):
            pool.submit(os.getpid)

    def run(job: Job, shards: Sequence[Shard]) -> Iterator[ShardDone]:
        futures: list[Future[ShardDone]] = []
        try:
            # A worker that was killed while it started is noticed here.
            for shard in shards:
                futures.append(pool.submit(carry_out, job, shard))
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool as error:
            raise RunError(
                "A worker process was killed, perhaps because memory ran out (fewer students at once: "
                "--shard-students; fewer processes: --workers). What was published before is good; start again to "
                "finish the work."
            ) from error
        finally:
            _cancel(futures)

    try:
        yield run
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def on_cluster(address: str) -> Iterator[Executor]:
    """An executor on the Dask cluster whose scheduler is at ``address``.

    Its workers read the settings from their environment. Raises RunError where there is no Dask or no cluster.
    """
    try:
        import distributed
    except ImportError as error:
        raise RunError(
            "--cluster needs Dask's distributed: pip install -r requirements/cluster.txt (docs/how-to/scale.md)."
        ) from error
    # Its functions have no types.
    dask: Any = distributed
    try:
        # A client that cannot read its address complains a second time when it is thrown away.
        dask.comm.get_address_host_port(address)
        with _silent("distributed"):
            client = dask.Client(address, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RunError(f"There is no Dask scheduler at {address} ({error}). Start it: docs/how-to/scale.md.") from error

    def run(job: Job, shards: Sequence[Shard]) -> Iterator[ShardDone]:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise RunError(f"The cluster at {address} has no worker. Start some: docs/how-to/scale.md.")
        futures = [client.submit(_on_worker, job, shard, pure=False, retries=0) for shard in shards]
        try:
            for _, done in dask.as_completed(futures, loop=client.loop, with_results=True):
                yield done
        finally:
            client.cancel(futures)

    try:
        yield run
    finally:
        client.close()


@contextmanager
def _silent(logger: str) -> Iterator[None]:
    """Nothing of this logger is shown: what it would say with a traceback we say in a sentence."""
    one = logging.getLogger(logger)
    before = one.level
    one.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        one.setLevel(before)


def _on_worker(job: Job, shard: Shard) -> ShardDone:
    set_up()
    return carry_out(job, shard)


def _cancel(futures: "Sequence[Future[ShardDone]]") -> None:
    for future in futures:
        future.cancel()


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
