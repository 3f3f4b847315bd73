"""What is there all the time, counted from what is deployed, or would be: alarms, schedules, …"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gameday.cost.months import MEAN_DAYS
from gameday.costs import Usage
from gameday.meter import LOOK_BACK
from gameday.vault import STACKS

PRICED = {
    "AWS::CloudWatch::Alarm": "alarm_months",
    "AWS::CloudWatch::CompositeAlarm": "composite_alarm_months",
    "AWS::CloudWatch::Dashboard": "dashboard_months",
    "AWS::SecretsManager::Secret": "secret_months",
}
SCHEDULE = "AWS::Scheduler::Schedule"


@dataclass(frozen=True)
class Standing:
    """What a deployment costs whether anything is played or not.

    monthly: a month of it, all year. schedules: those that look for clips while games are played,
    each about once a day.
    """

    monthly: Usage
    schedules: int = 0

    @property
    def played(self) -> Usage:
        """A month of it in the season, without what the schedules find to do."""
        fired = self.schedules * MEAN_DAYS
        return self.monthly + LOOK_BACK * fired + {"schedule_invocations": fired}


def of_templates(templates: Iterable[Mapping[str, Any]]) -> Standing:
    """Of the resources in CloudFormation templates."""
    return _of_types(
        resource["Type"]
        for template in templates
        for resource in template.get("Resources", {}).values()
    )


def of_stacks(cloudformation: Any, stacks: Iterable[str] = STACKS) -> Standing:
    """Of the resources in those of the stacks that are deployed."""
    return _of_types(kind for stack in stacks for kind in _types(cloudformation, stack))


def _types(cloudformation: Any, stack: str) -> list[str]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    try:
        return [one["ResourceType"] for page in pages for one in page["StackResourceSummaries"]]
    except cloudformation.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return []


def _of_types(types: Iterable[str]) -> Standing:
    found = Counter(types)
    monthly = Usage({name: float(found[kind]) for kind, name in PRICED.items()})
    return Standing(monthly, found[SCHEDULE])
