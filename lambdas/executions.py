"""What Step Functions says of executions."""

from lambdas import clients


def is_running(arn: str) -> bool | None:
    """Whether the execution is under way; None of one that Step Functions does not know.

    It forgets an execution 90 days after its end, and may not know yet one that began right now:
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
    """
    step_functions = clients.step_functions()
    try:
        found = step_functions.describe_execution(executionArn=arn)
    except (
        step_functions.exceptions.ExecutionDoesNotExist,
        step_functions.exceptions.InvalidArn,
    ):
        return None
    return found["status"] in ("RUNNING", "PENDING_REDRIVE")
