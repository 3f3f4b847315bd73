"""What DynamoDB may say while a replica comes to be."""

import pytest
from botocore.exceptions import ClientError

from lambdas.highlights.errors import ReplicaRefused
from lambdas.highlights.table_replica import advance


class Home:
    """DynamoDB of the table's region, which knows one replica in one state."""

    def __init__(self, table_status: str, replica_status: str, reason: str | None = None):
        replica = {"RegionName": "eu-west-1", "ReplicaStatus": replica_status}
        if reason:
            replica["ReplicaStatusDescription"] = reason
        self._table = {"TableName": "t", "TableStatus": table_status, "Replicas": [replica]}

    def describe_table(self, TableName: str):
        return {"Table": self._table}


class Away:
    """DynamoDB of the second region, which refuses with one error."""

    def __init__(self, code: str):
        self._code = code

    def describe_table(self, TableName: str):
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "DescribeTable")


@pytest.mark.parametrize(
    ("table", "replica"), [("UPDATING", "CREATING"), ("ACTIVE", "CREATING"), ("ACTIVE", "UPDATING")]
)
def test_what_is_on_its_way_is_waited_for(table, replica):
    assert advance(Home(table, replica), None, "t", "eu-west-1") is False


@pytest.mark.parametrize(
    "code", ["ResourceInUseException", "ContinuousBackupsUnavailableException"]
)
def test_another_change_under_way_is_waited_for(code):
    assert advance(Home("ACTIVE", "ACTIVE"), Away(code), "t", "eu-west-1") is False


def test_a_refusal_that_does_not_pass_is_not_waited_for():
    with pytest.raises(ClientError, match="AccessDenied"):
        advance(Home("ACTIVE", "ACTIVE"), Away("AccessDeniedException"), "t", "eu-west-1")


def test_a_replica_that_failed_says_why_and_what_to_do():
    home = Home("ACTIVE", "CREATION_FAILED", "the limit of tables is reached")

    with pytest.raises(ReplicaRefused, match=r"CREATION_FAILED: the limit of tables.*deploy again"):
        advance(home, None, "t", "eu-west-1")
