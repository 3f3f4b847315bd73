"""The table speaks Python values; DynamoDB's types stay behind it."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.highlights.errors import TableGone
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
