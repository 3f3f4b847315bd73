"""Which vault a command is about: the one in the home folder, or the one in an AWS account."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from gameday.account import Account
from gameday.home import Home
from gameday.kept import NothingKept, kept_aws, kept_vault
from gameday.request import UsageError
from gameday.vault import Aws, Vault


@dataclass(frozen=True)
class Place:
    """The embedded AWS of `home`; or, `in_account`, the AWS account of the environment."""

    home: Home
    in_account: bool = False

    @contextlib.contextmanager
    def vault(self) -> Iterator[Vault]:
        """The vault that is deployed there.

        Raises NothingKept, AccountUnavailable, and StateInUse while another command runs.
        """
        if not self.in_account:
            with kept_vault(self.home) as vault:
                yield vault
            return
        account = Account()
        vault = Vault.deployed(account)
        if vault is None:
            raise NothingKept(
                f"no vault is deployed in the account's region {account.region}; run: make deploy"
            )
        yield vault

    @contextlib.contextmanager
    def storage(self, bucket: str | None = None, table: str | None = None) -> Iterator[Vault]:
        """The bucket and table that a vault has there, or those named; no more need be left.

        Raises UsageError when a name is neither given nor an output of a stack, and otherwise as
        `vault` does.
        """
        with self._aws() as aws:
            vault = Vault.storage(aws, bucket, table)
            if vault is None:
                raise UsageError(
                    "no stack says what the bucket and the table are called; "
                    "name them: --bucket NAME --table NAME"
                )
            yield vault

    @contextlib.contextmanager
    def _aws(self) -> Iterator[Aws]:
        if self.in_account:
            yield Account()
        else:
            with kept_aws(self.home) as aws:
                yield aws
