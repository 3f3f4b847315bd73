"""The vault that earlier commands filled, to read from."""

import contextlib
from collections.abc import Iterator

from gameday.embedded.aws import EmbeddedAws
from gameday.home import Home
from gameday.vault import Vault


class NothingKept(RuntimeError):
    """No game day was kept in the home folder yet."""


@contextlib.contextmanager
def kept_vault(home: Home) -> Iterator[Vault]:
    """The vault of `home`. Raises NothingKept, and StateInUse while another command runs."""
    nothing = NothingKept(f"nothing is kept in {home.folder} yet; run: gameday run")
    if not home.exists():
        raise nothing
    with EmbeddedAws(home.state) as aws:
        vault = Vault.deployed(aws)
        if vault is None:
            raise nothing
        yield vault
