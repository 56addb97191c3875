"""One thread for what is learnt, because several add up their sums in an order of chance."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, scikit-learn and NumPy calculate in one thread, so that the last bit is the same each time.

    It is also faster where other programs want the processors: threads that wait for each other spin.
    """
    import sklearn.ensemble  # noqa: F401  only pools that are loaded can be limited
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
