"""Calls below a rate."""

from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.pacer import Pacer
from tests.unit.fakes.backups import Clock


@given(st.integers(1, 10), st.lists(st.floats(0, 2), max_size=60))
def test_no_second_sees_more_calls_than_allowed(per_second, pauses):
    clock, begun = Clock(), []
    pacer = Pacer(per_second, clock, clock.wait)
    for pause in pauses:
        clock.seconds += pause
        pacer.await_turn()
        begun.append(clock.seconds)

    for first, beyond in zip(begun, begun[per_second:], strict=False):
        assert beyond - first >= 1 - 1e-9


def test_it_waits_no_longer_than_it_must():
    clock = Clock()
    pacer = Pacer(4, clock, clock.wait)
    for _ in range(41):
        pacer.await_turn()

    assert clock.seconds == 10
