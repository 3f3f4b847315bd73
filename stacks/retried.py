"""States that call a function, and what is tried again when it fails."""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from lambdas.highlights.errors import transient_error_names

# What the Lambda service itself answers when it, not the function, failed.
# https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
LAMBDA_SERVICE_ERRORS = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
]
LAMBDA_THROTTLED = ["Lambda.TooManyRequestsException"]

OUT_OF_TIME = ["OutOfTime"]
# A function that was ended by its memory or its time.
KILLED = ["Lambda.Unknown", "Runtime.ExitError", "Runtime.OutOfMemory", "Sandbox.Timedout"]
OWN_RETRIES = ("BackupNotReady", "DayInUse", "ScratchInUse", *OUT_OF_TIME)


def retried_call(
    scope: Construct,
    state: str,
    function: lambda_.IFunction,
    payload: dict[str, Any] | None,
    *,
    result_path: str | None = None,
    output_path: str | None = None,
) -> tasks.LambdaInvoke:
    """A state that calls its function and retries what may pass by itself."""
    task = tasks.LambdaInvoke(
        scope,
        state,
        lambda_function=function,
        payload=None if payload is None else sfn.TaskInput.from_object(payload),
        payload_response_only=True,
        retry_on_service_exceptions=False,
        result_path=result_path,
        output_path=output_path,
    )
    passing = [name for name in transient_error_names() if name not in OWN_RETRIES]
    retry(task, [*LAMBDA_SERVICE_ERRORS, *passing], seconds=3, attempts=4)
    retry(task, LAMBDA_THROTTLED, seconds=5, attempts=12)
    return task


def retry(task: sfn.TaskStateBase, errors: list[str], *, seconds: int, attempts: int) -> None:
    """Try `task` again after these errors, later and later, at most two minutes apart."""
    task.add_retry(
        errors=errors,
        interval=Duration.seconds(seconds),
        backoff_rate=2,
        max_attempts=attempts,
        max_delay=Duration.minutes(2),
        jitter_strategy=sfn.JitterType.FULL,
    )
