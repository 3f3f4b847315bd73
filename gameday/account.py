"""The AWS account of the environment, as boto3 finds it: variables, profile, role."""

import os
import threading
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

CONNECTIONS = 32  # of one client at a time; several threads share it
# A restore lists and deletes at rates that AWS limits; its own back-off is boto3's.
CONFIG = Config(retries={"mode": "adaptive", "max_attempts": 10}, max_pool_connections=CONNECTIONS)


class AccountUnavailable(RuntimeError):
    """The environment names no account or region, or not one that can be reached."""


class Account:
    """Clients of the account and region that the environment names; made when first needed."""

    def __init__(self) -> None:
        # What every other SDK reads; boto3 knows AWS_DEFAULT_REGION alone.
        self._session = boto3.Session(region_name=os.environ.get("AWS_REGION") or None)
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()
        if self._session.region_name is None:
            raise AccountUnavailable("no AWS region is set; set AWS_REGION, or AWS_PROFILE")
        try:
            credentials = self._session.get_credentials()
        except BotoCoreError as error:
            raise AccountUnavailable(f"the AWS credentials cannot be read: {error}") from error
        if credentials is None:
            raise AccountUnavailable("no AWS credentials are set; set AWS_PROFILE, or log in")

    @property
    def region(self) -> str:
        """The region that is meant."""
        return self._session.region_name

    def now(self) -> datetime:
        """What time it is, in UTC."""
        return datetime.now(UTC)

    def client(self, service: str, region: str | None = None) -> Any:
        """The boto3 client of a service, of another region when one is given."""
        key = f"{service} {region or self.region}"
        with self._making:  # threads may share a client, and not the session that makes it
            if key not in self._clients:
                self._clients[key] = self._session.client(
                    service, region_name=region or self.region, config=CONFIG
                )
            return self._clients[key]
