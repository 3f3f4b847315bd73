"""What AWS refuses for a passing reason gets the name by which it is retried; all else keeps its own."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from lambdas.highlights.errors import StoreUnavailable
from lambdas.step import step

CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="1"
)


def refused(code: str, status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "RestoreTableFromBackup")


def raised_by(error: Exception) -> type[Exception]:
    @step
    def handler(event, context):
        raise error

    with pytest.raises(Exception) as found:
        handler({}, CONTEXT)
    return found.type


@pytest.mark.parametrize(
    "error",
    [
        refused("BackupInUseException"),
        refused("ThrottlingException"),
        refused("TransactionInProgressException"),
        refused("SomethingNew", 503),
        ConnectTimeoutError(endpoint_url="https://dynamodb.example"),
    ],
    ids=str,
)
def test_what_passes_by_itself_is_retried_by_name(error: Exception):
    assert raised_by(error) is StoreUnavailable


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_what_does_not_pass_keeps_its_name(code: str):
    assert issubclass(raised_by(refused(code)), ClientError)
