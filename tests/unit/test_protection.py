"""What protects a table: of the live one, and of the template; and waiting for a new one."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from gameday import protection
from gameday.protection import Protection, in_template, wait_until_active, when_ready
from lambdas.highlights.errors import TableGone


def test_a_global_tables_protection_is_that_of_its_replica():
    replica = {
        "Region": "us-east-1",
        "PointInTimeRecoverySpecification": {
            "PointInTimeRecoveryEnabled": True,
            "RecoveryPeriodInDays": 7,
        },
        "DeletionProtectionEnabled": True,
        "Tags": [{"Key": "team", "Value": "clips"}, {"Key": "made", "Value": {"Ref": "Name"}}],
    }
    properties = {
        "Replicas": [replica],
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": "true"},
    }

    assert in_template(properties) == Protection(7, True, {"team": "clips"}, "NEW_IMAGE", "expires")


def test_what_either_has_is_wanted_and_the_live_tables_counts_first():
    live = Protection(recovery_days=7, tags={"team": "clips"}, stream="KEYS_ONLY")
    asked = Protection(35, True, {"team": "other", "cost": "1"}, "NEW_IMAGE", "expires")

    assert live.and_also(asked) == Protection(
        7, True, {"team": "clips", "cost": "1"}, "KEYS_ONLY", "expires"
    )
    assert live.in_words() == [
        "point-in-time recovery of 7 days",
        "1 tag",
        "stream of KEYS_ONLY",
    ]


class LaggingTables:
    """DescribeTable as it answers one look after the other; None is no table."""

    def __init__(self, *statuses: str | None):
        self.statuses = list(statuses)

    def describe_table(self, *, TableName: str) -> dict[str, Any]:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status is None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "DescribeTable")
        return {"Table": {"TableName": TableName, "TableStatus": status}}


class Clock:
    """Seconds that pass by sleeping alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(protection, "time", clock)
    return clock


def test_a_table_that_was_just_asked_for_may_appear_late(clock: Clock):
    tables, said = LaggingTables(None, None, "CREATING", "ACTIVE"), []

    assert wait_until_active(tables, "new", said.append)["TableStatus"] == "ACTIVE"
    assert said == ["new is not there yet", "new is not there yet", "new is CREATING"]


@pytest.mark.parametrize(
    ("statuses", "at_most"), [((None,), 40.0), (("CREATING", None, "ACTIVE"), 1.0)]
)
def test_a_table_that_never_appears_or_vanishes_is_gone(clock: Clock, statuses, at_most):
    with pytest.raises(TableGone, match="the table new is gone"):
        wait_until_active(LaggingTables(*statuses), "new")
    assert clock.now < at_most


def test_a_setting_waits_for_the_one_before(clock: Clock):
    refusals = ["ResourceInUseException", "ContinuousBackupsUnavailableException"]

    def call() -> None:
        if refusals:
            raise ClientError({"Error": {"Code": refusals.pop()}}, "TagResource")

    when_ready(call)

    assert not refusals and clock.now > 0
