"""Who subscribes to the topic is told of game days, and of each thing that a person has to do."""

import re
import urllib.request
from datetime import timedelta

import pytest

from gameday.embedded.provider import Fault
from tests.e2e.conftest import DAY, Pipeline
from tests.e2e.mailbox import Mailbox

LINK = re.compile(r"https?://\S+")


@pytest.fixture(scope="module")
def subscribed(deployment: Pipeline) -> Mailbox:
    return Mailbox(deployment.aws, deployment.vault.notices)


@pytest.fixture
def mailbox(subscribed: Mailbox, pipeline: Pipeline) -> Mailbox:
    subscribed.empty()
    return subscribed


def state_of(pipeline: Pipeline, alarm: str) -> str:
    names = [f"GameDay - {alarm}"]
    (found,) = pipeline.aws.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    return found["StateValue"]


def test_a_digest_is_sent_once_and_its_links_play(pipeline: Pipeline, mailbox: Mailbox):
    for name in ("first", "second"):
        arn = pipeline.vault.start(DAY, name, quiet=False)
        run = pipeline.finish(name, arn)
        assert run.execution.status == "SUCCEEDED", run.execution

    digests = [one for one in mailbox.read() if one["Subject"].startswith("NCAA")]
    (digest,) = digests
    assert digest["Subject"] == "NCAA, Sat 10 Jan 2026: 5 games kept, 2 missing"
    links = LINK.findall(digest["Message"])
    assert len(links) == 5
    with urllib.request.urlopen(links[0]) as clip:
        assert clip.read()[4:8] == b"ftyp"


def test_who_started_a_run_is_sent_no_digest_of_it(pipeline: Pipeline, mailbox: Mailbox):
    pipeline.run()

    assert mailbox.read() == []


def test_a_run_that_failed_is_told_and_is_over_a_day_later(pipeline: Pipeline, mailbox: Mailbox):
    pipeline.provider.fail_next(Fault.NOT_SUBSCRIBED)
    pipeline.run()

    assert ("GameDay - A run failed", "ALARM") in mailbox.alarms()

    pipeline.aws.shift_clock(pipeline.aws.now() + timedelta(days=1, minutes=1))
    assert state_of(pipeline, "A run failed") == "OK"
    assert ("GameDay - A run failed", "OK") in mailbox.alarms()
