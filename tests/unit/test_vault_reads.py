"""What is read of a vault is what was written last, in as few calls as AWS allows."""

from collections.abc import Iterator
from typing import Any

from gameday.vault import Vault

OUTPUTS = {"ArchiveBucket": "bucket", "HighlightsTable": "table"}


class LaggingTable:
    """A table whose reads are a write behind, unless they are asked to be consistent."""

    class exceptions:
        ConditionalCheckFailedException = KeyError

    def get_paginator(self, call: str) -> "LaggingTable":
        assert call == "scan"
        return self

    def paginate(
        self, *, TableName: str, PaginationConfig: dict[str, int], ConsistentRead: bool = False
    ) -> Iterator[dict[str, Any]]:
        yield {"Items": [{"id": {"S": "1"}}]}
        yield {"Items": [{"id": {"S": "2"}}] if ConsistentRead else []}


class History:
    """An execution's history in pages of as many events as are asked for; pages: how many."""

    def __init__(self, events: int):
        self.events, self.pages = [{"id": number} for number in range(events)], 0

    def get_paginator(self, call: str) -> "History":
        assert call == "get_execution_history"
        return self

    def paginate(
        self, *, executionArn: str, PaginationConfig: dict[str, int]
    ) -> Iterator[dict[str, Any]]:
        size = PaginationConfig["PageSize"]
        for start in range(0, len(self.events), size):
            self.pages += 1
            yield {"events": self.events[start : start + size]}


class Aws:
    region = "us-east-1"

    def __init__(self, **clients: Any):
        self._clients = clients

    def client(self, service: str) -> Any:
        return self._clients[service]


def test_items_are_read_as_they_were_written_last():
    vault = Vault(Aws(dynamodb=LaggingTable()), OUTPUTS)

    assert [item["id"] for item in vault.items()] == ["1", "2"]


def test_the_history_of_hours_of_waiting_takes_few_calls():
    history = History(4_500)

    assert Vault(Aws(stepfunctions=history), OUTPUTS).events("arn") == history.events
    assert history.pages == 5
