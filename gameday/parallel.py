"""Does slow calls side by side, a bounded number at a time, and hands out their results in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

WORKERS = 16
AHEAD = 4 * WORKERS  # calls that may be begun or done before their result is asked for

Given = TypeVar("Given")
Result = TypeVar("Result")


def in_parallel(
    work: Callable[[Given], Result], given: Iterable[Given]
) -> Iterator[tuple[Given, Result]]:
    """Each of `given` with what `work` makes of it, in order; raises what `work` raises.

    `given` is read only as far ahead as is worked on. No call is under way once the iterator is
    closed, whatever closed it.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        under_way: deque[tuple[Given, Future[Result]]] = deque()
        try:
            for one in given:
                under_way.append((one, pool.submit(work, one)))
                if len(under_way) >= AHEAD:
                    first, future = under_way.popleft()
                    yield first, future.result()
            while under_way:
                first, future = under_way.popleft()
                yield first, future.result()
        finally:
            for _, future in under_way:
                future.cancel()


def batches(given: Iterable[Given], size: int) -> Iterator[list[Given]]:
    """`given` in lists of `size`, the last one shorter."""
    batch: list[Given] = []
    for one in given:
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
