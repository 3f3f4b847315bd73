"""How every function is set up: the shared asset, a role and a log group of its own, traces.

X-Ray samples as it does by default: the first request of each second, and 5 % of the others. A state
machine that is traced decides for the functions that it calls.
https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
"""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.acknowledge import acknowledge_wildcards
from stacks.log_retention import RETENTION

RUNTIME = lambda_.Runtime.PYTHON_3_14
MEMORY = 512  # MB; this and the time limits: docs/decisions/0005-cold-start-and-function-sizes.md


def function(
    scope: Construct,
    id_: str,
    code: lambda_.Code,
    *,
    seconds: int,
    log_retention_days: int,
    environment: dict[str, str],
    memory: int = MEMORY,
) -> lambda_.Function:
    """The handler whose module is `id_` in snake case; seconds: its time limit; memory: MB."""
    module = "".join(f"_{c.lower()}" if c.isupper() else c for c in id_).lstrip("_")
    role = iam.Role(scope, f"{id_}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    logged = log_group(scope, f"{id_}Logs", log_retention_days)
    logged.grant_write(role)
    made = lambda_.Function(
        scope,
        id_,
        code=code,
        handler=f"lambdas.{module}.handler",
        runtime=RUNTIME,
        architecture=lambda_.Architecture.ARM_64,
        memory_size=memory,
        timeout=Duration.seconds(seconds),
        role=role,
        log_group=logged,
        environment=environment,
        tracing=lambda_.Tracing.ACTIVE,
    )
    acknowledge_wildcards(
        role, "X-Ray, to which traces are sent, knows no resource.", "Resource::*"
    )
    return made


def log_group(scope: Construct, id_: str, days: int) -> logs.LogGroup:
    """A log group that forgets after `days`, and goes with its stack."""
    return logs.LogGroup(
        scope, id_, retention=RETENTION[days], removal_policy=RemovalPolicy.DESTROY
    )
