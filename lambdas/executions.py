"""What Step Functions says of executions."""

from botocore.exceptions import ClientError

from lambdas import clients


def is_running(arn: str) -> bool | None:
    """Whether the execution is under way; None of one that Step Functions does not know.

    It forgets an execution 90 days after its end, and may not know yet one that began right now:
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html

    Roles may ask about executions of the state machine that is deployed. One of another, as it was
    before the stack was deleted and deployed again, counts as under way: its locks end by their age.
    """
    step_functions = clients.step_functions()
    try:
        found = step_functions.describe_execution(executionArn=arn)
    except (
        step_functions.exceptions.ExecutionDoesNotExist,
        step_functions.exceptions.InvalidArn,
    ):
        return None
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return True
    return found["status"] in ("RUNNING", "PENDING_REDRIVE")
