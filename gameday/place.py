"""Which vault a command is about: the one in the home folder, or the one in an AWS account."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from gameday.account import Account
from gameday.home import Home
from gameday.kept import NothingKept, kept_vault
from gameday.vault import Vault


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
