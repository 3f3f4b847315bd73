"""The deployed alarms and what a subscriber is told of them."""

import json
from datetime import timedelta
from typing import Any

from tests.e2e.conftest import Pipeline
from tests.e2e.functions import configuration
from tests.e2e.mailbox import Mailbox

PREFIX = "GameDay - "


class AlarmStates:
    """Looks at the alarms of `pipeline`, by their names without what all of them begin with."""

    def __init__(self, pipeline: Pipeline, mailbox: Mailbox):
        self._aws = pipeline.aws
        self._pipeline = pipeline
        self._mailbox = mailbox

    def all(self) -> dict[str, str]:
        """The state of each, as it is now."""
        pages = self._aws.client("cloudwatch").get_paginator("describe_alarms").paginate()
        found = [one for page in pages for one in page["MetricAlarms"]]
        return {one["AlarmName"].removeprefix(PREFIX): one["StateValue"] for one in found}

    def told(self) -> dict[str, str]:
        """The state in which the subscriber believes each to be."""
        self.all()  # CloudWatch looks every minute by itself
        told = self._mailbox.alarms()
        return {name.removeprefix(PREFIX): state for name, state in told.items()}

    def let_a_day_pass(self) -> None:
        """Go on a day later."""
        self.let_pass(days=1, minutes=1)

    def let_pass(self, **time: float) -> None:
        """Go on so much later."""
        self._aws.shift_clock(self._aws.now() + timedelta(**time))

    def measure(self, namespace: str, name: str, value: float, **dimensions: str) -> None:
        """Report a metric as a service does."""
        named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        metric = {"MetricName": name, "Value": value, "Dimensions": named}
        self._aws.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[metric])

    def check_season(self) -> dict[str, Any]:
        """Let the watch look, as its schedule does; a minute later, what it said."""
        self.let_pass(minutes=2)
        return self.call("CheckSeason", {})

    def call(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """What a function answers; or its error."""
        name = configuration(self._pipeline, function)["FunctionName"]
        answer = self._aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())
