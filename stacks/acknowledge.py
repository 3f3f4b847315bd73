"""Says beside a construct why a finding of cdk-nag's AwsSolutions pack is as it should be."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import Acknowledgment, ArnFormat, Stack, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept the finding `rule`, such as `S1`, for `construct` and what is inside it."""
    Validations.of(construct).acknowledge(
        Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
    )


def acknowledge_wildcards(construct: IConstruct, reason: str, *wildcards: str) -> None:
    """Accept each of `wildcards`, such as `Action::s3:List*` or `Resource::*`."""
    for wildcard in wildcards:
        acknowledge(construct, f"IAM5[{wildcard}]", reason)


def exported(producer: Stack, arn: str) -> str:
    """How cdk-nag writes `arn`, an attribute of `producer`, where another stack uses it."""
    return producer.resolve(producer.export_value(arn))["Fn::ImportValue"]


def written(consumer: Stack, arn: str) -> str:
    """How cdk-nag writes `arn`, made of the stack's own attributes and pseudo parameters."""
    found = consumer.resolve(arn)
    pieces = found["Fn::Join"][1] if "Fn::Join" in found else [found]
    return "".join(piece if isinstance(piece, str) else f"<{_referred(piece)}>" for piece in pieces)


def executions_of(consumer: Stack, machine: Mapping[str, Any]) -> str:
    """How cdk-nag writes the executions' ARN of a state machine, without what ends it.

    machine: the state machine's ARN as the consumer's template refers to it.
    """
    arn = consumer.format_arn(
        service="states",
        resource="execution",
        resource_name="",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    name = json.dumps({"Fn::Select": [6, {"Fn::Split": [":", machine]}]}, separators=(",", ":"))
    return written(consumer, arn) + name


def _referred(piece: Mapping[str, Any]) -> str:
    (value,) = piece.values()
    return value if isinstance(value, str) else ".".join(value)
