"""What Step Functions says of executions."""

from lambdas import clients


def is_running(arn: str) -> bool:
    """Whether the execution is under way; one that Step Functions has forgotten is not."""
    step_functions = clients.step_functions()
    try:
        found = step_functions.describe_execution(executionArn=arn)
    except (
        step_functions.exceptions.ExecutionDoesNotExist,
        step_functions.exceptions.InvalidArn,
    ):
        return False
    return found["status"] in ("RUNNING", "PENDING_REDRIVE")
