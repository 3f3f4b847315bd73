"""Lets time pass in the embedded AWS faster than it does: from one event to the next."""

import itertools
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.fixes import executions, schedules

# Waits of state machines up to this long pass by themselves, since they are scaled; the clock is
# set past the end of longer ones.
LONGEST_SCALED = timedelta(minutes=15)

POLL_SECONDS = 0.01
QUIET_POLLS = 3  # in a row: what was started a moment ago may not be seen at once
LONGEST_WORK = 600  # seconds of this machine's time


class StillWorking(RuntimeError):
    """Something in the account goes on for so long that it must hang."""


def let_pass(aws: EmbeddedAws, after: datetime, until: datetime) -> Iterator[schedules.Firing]:
    """Set the clock from one moment to another, by way of each at which something is due.

    That are schedules and the ends of long waits. What they begin has ended, or waits for long,
    before the next of them is due. Yields what schedules did, each before that work has begun.
    """
    settle(aws)
    while after < until:
        ends = [end for end in aws.waiting().values() if end > after]
        moment = min([until, *ends, *_due(after, until)])
        if moment > aws.now():
            aws.shift_clock(moment)
        yield from aws.pass_time(after, moment)
        settle(aws)
        after = moment


def settle(aws: EmbeddedAws) -> None:
    """Wait until nothing is at work in the account but what waits for long.

    Raises StillWorking.
    """
    deadline = time.monotonic() + LONGEST_WORK
    quiet = 0
    while quiet < QUIET_POLLS:
        quiet = 0 if _at_work(aws) else quiet + 1
        if time.monotonic() > deadline:
            raise StillWorking(f"{', '.join(_at_work(aws))}: at work for {LONGEST_WORK} seconds")
        time.sleep(POLL_SECONDS)


def _due(after: datetime, until: datetime) -> Iterator[datetime]:
    """When each schedule is due first, after one moment and until another."""
    from ministack.services import scheduler

    for schedule in list(scheduler._schedules._data.values()):
        if schedule["State"] == "ENABLED":
            yield from itertools.islice(schedules.occurrences(schedule, after, until), 1)


def _at_work(aws: EmbeddedAws) -> list[str]:
    """What has begun and neither ended nor begun to wait for long."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    invoke = lambda_svc._execute_function_with_config_scope.__name__
    far = aws.now() + LONGEST_SCALED
    waiting = {arn for arn, end in aws.waiting().items() if end > far}
    at_work = [arn for arn in executions.under_way() if arn not in waiting]
    # A thread that is about to invoke a function may not have come to that yet.
    invoking = [one.name for one in threading.enumerate() if f"({invoke})" in one.name]
    return at_work + invoking + ["a function"] * lambda_runtime.workers_in_use()
