"""What is paid by the month, whether anything runs or not, counted from what is deployed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from gameday.costs import Usage
from gameday.vault import STACKS

PRICED = {
    "AWS::CloudWatch::Alarm": "alarm_months",
    "AWS::CloudWatch::CompositeAlarm": "composite_alarm_months",
    "AWS::CloudWatch::Dashboard": "dashboard_months",
    "AWS::SecretsManager::Secret": "secret_months",
}


def of_templates(templates: Iterable[Mapping[str, Any]]) -> Usage:
    """A month of the resources in CloudFormation templates."""
    return _of_types(
        resource["Type"]
        for template in templates
        for resource in template.get("Resources", {}).values()
    )


def of_stacks(cloudformation: Any, stacks: Iterable[str] = STACKS) -> Usage:
    """A month of the resources in those of the stacks that are deployed."""
    return _of_types(kind for stack in stacks for kind in _types(cloudformation, stack))


def _types(cloudformation: Any, stack: str) -> list[str]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    try:
        return [one["ResourceType"] for page in pages for one in page["StackResourceSummaries"]]
    except cloudformation.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return []


def _of_types(types: Iterable[str]) -> Usage:
    found = Counter(PRICED[kind] for kind in types if kind in PRICED)
    return Usage({name: float(found[name]) for name in PRICED.values()})
