"""The account's clients are made once, and by one thread at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from gameday.account import Account

THREADS = 8


class Session:
    """boto3's, which may not make two clients at once; made: how many it did."""

    region_name = "us-east-1"
    made = 0

    def __init__(self, **_: Any):
        self._alone = threading.Lock()

    def get_credentials(self) -> object:
        return object()

    def client(self, service: str, **_: Any) -> object:
        assert self._alone.acquire(blocking=False), "two threads at once"
        try:
            threading.Event().wait(0.01)
            Session.made += 1
            return object()
        finally:
            self._alone.release()


def test_threads_share_a_client(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(boto3, "Session", Session)
    account, together = Account(), threading.Barrier(THREADS)

    def client(_: int) -> Any:
        together.wait(60)
        return account.client("s3")

    with ThreadPoolExecutor(THREADS) as pool:
        clients = set(pool.map(client, range(THREADS)))

    assert (len(clients), Session.made) == (1, 1)
