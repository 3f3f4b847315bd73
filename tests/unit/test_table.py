"""The table speaks Python values; DynamoDB's types stay behind it."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.highlights.errors import StoreUnavailable, TableGone
from lambdas.table import Table


class Client:
    """A DynamoDB client that keeps what it is asked and gives `answer`."""

    exceptions = SimpleNamespace(ConditionalCheckFailedException=KeyError)

    def __init__(self, answer: dict[str, Any] | None = None):
        self.answer = answer or {}
        self.asked: dict[str, Any] = {}

    def __getattr__(self, operation: str) -> Any:
        def call(**parameters: Any) -> dict[str, Any]:
            self.asked = parameters
            return self.answer

        return call


def test_an_item_is_written_in_dynamodbs_types():
    client = Client()

    Table(client, "clips").put_item(Item={"id": "1", "bytes": 5, "kept": True})

    typed = {"id": {"S": "1"}, "bytes": {"N": "5"}, "kept": {"BOOL": True}}
    assert client.asked == {"TableName": "clips", "Item": typed}


def test_a_float_is_refused():
    with pytest.raises(TypeError, match="Float"):
        Table(Client(), "clips").put_item(Item={"id": "1", "seconds": 1.5})


def test_items_are_read_as_python_values():
    item = {"id": {"S": "1"}, "video": {"M": {"bytes": {"N": "5"}}}}
    table = Table(Client({"Responses": {"clips": [item]}}), "clips")

    assert table.batch_get([{"id": "1"}]) == ([{"id": "1", "video": {"bytes": Decimal(5)}}], [])


def test_keys_left_unread_can_be_asked_for_again():
    left = {"Responses": {}, "UnprocessedKeys": {"clips": {"Keys": [{"id": {"S": "2"}}]}}}
    table = Table(Client(left), "clips")

    assert table.batch_get([{"id": "2"}]) == ([], [{"id": "2"}])


def test_a_table_that_somebody_deleted_is_named_with_what_brings_it_back():
    class Gone(Client):
        def __getattr__(self, operation: str) -> Any:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, operation)

        def get_paginator(self, operation: str) -> Any:
            return SimpleNamespace(paginate=lambda **asked: (getattr(self, operation) for _ in "1"))

    table = Table(Gone(), "clips")
    for use in (
        lambda: table.put_item(Item={"id": "1"}),
        lambda: table.batch_get([{"id": "1"}]),
        lambda: list(table.scan()),
    ):
        with pytest.raises(TableGone, match="no table clips.*gameday restore --in-place"):
            use()


class Transactions(Client):
    """Answers each transaction with the next of `reasons`: why its writes were refused."""

    def __init__(self, *reasons: list[str]):
        super().__init__()
        self.reasons = list(reasons)
        self.transactions: list[Any] = []

    def transact_write_items(self, TransactItems: list[Any]) -> None:
        self.transactions.append(TransactItems)
        if reasons := self.reasons.pop(0):
            error = {"Error": {"Code": "TransactionCanceledException"}}
            error["CancellationReasons"] = [{"Code": reason} for reason in reasons]
            raise ClientError(error, "TransactWriteItems")


WRITES = [
    {"Put": {"Item": {"pk": "1"}, "ConditionExpression": "attribute_not_exists(pk)"}},
    {"Update": {"Key": {"pk": "2"}, "ExpressionAttributeValues": {":n": 1}}},
]


def test_a_transaction_is_made_once_another_one_has_left_its_items():
    client = Transactions(["None", "TransactionConflict"], [])

    assert Table(client, "season").transact(WRITES) == []
    put = {"TableName": "season", "Item": {"pk": {"S": "1"}}}
    update = {"TableName": "season", "Key": {"pk": {"S": "2"}}}
    assert client.transactions[1] == client.transactions[0]
    assert client.transactions[1] == [
        {"Put": put | {"ConditionExpression": "attribute_not_exists(pk)"}},
        {"Update": update | {"ExpressionAttributeValues": {":n": {"N": "1"}}}},
    ]


def test_a_transaction_says_whose_condition_refused_it():
    client = Transactions(["ConditionalCheckFailed", "None"])

    assert Table(client, "season").transact(WRITES) == [True, False]


def test_a_transaction_that_never_has_its_items_alone_may_be_tried_again_later(monkeypatch):
    monkeypatch.setattr("lambdas.table.LONGEST_PAUSE", 0)
    client = Transactions(*[["TransactionConflict", "None"]] * 20)

    with pytest.raises(StoreUnavailable, match="season"):
        Table(client, "season").transact(WRITES)
