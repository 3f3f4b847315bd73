"""Calls side by side: results in order, a bounded number ahead, none left when one fails."""

import threading
from collections.abc import Iterator

import pytest

from gameday.parallel import AHEAD, WORKERS, batches, in_parallel


def test_results_come_in_order_however_long_each_takes():
    first_may_end = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert first_may_end.wait(60)
        if number == WORKERS - 1:
            first_may_end.set()
        return number * number

    assert list(in_parallel(work, range(100))) == [(one, one * one) for one in range(100)]


def test_no_more_is_asked_for_than_is_worked_on():
    asked = []

    def given() -> Iterator[int]:
        for number in range(10 * AHEAD):
            asked.append(number)
            yield number

    results = in_parallel(lambda one: one, given())
    next(results)

    assert len(asked) == AHEAD
    results.close()


def test_the_first_failure_is_told_and_the_rest_is_not_begun():
    begun = []

    def work(number: int) -> None:
        begun.append(number)
        raise LookupError(number)

    with pytest.raises(LookupError, match="0"):
        list(in_parallel(work, range(10 * AHEAD)))
    assert len(begun) <= AHEAD


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (25, [25]), (60, [25, 25, 10])])
def test_batches_have_one_size_but_the_last(count: int, sizes: list[int]):
    made = list(batches(iter(range(count)), 25))

    assert [len(one) for one in made] == sizes
    assert [number for one in made for number in one] == list(range(count))
