"""The vault that earlier commands filled, to read from."""

import contextlib
from collections.abc import Iterator

from gameday.embedded.aws import EmbeddedAws
from gameday.home import Home
from gameday.scratch import sweep
from gameday.vault import Vault


class NothingKept(RuntimeError):
    """No game day was kept in the home folder yet."""


@contextlib.contextmanager
def kept_aws(home: Home) -> Iterator[EmbeddedAws]:
    """The embedded AWS of `home`, running, whatever is in it.

    Raises NothingKept, and StateInUse while another command runs.
    """
    if not home.exists():
        raise _nothing(home)
    with EmbeddedAws(home.state) as aws:
        yield aws


@contextlib.contextmanager
def kept_vault(home: Home) -> Iterator[Vault]:
    """The vault of `home`. Raises NothingKept, and StateInUse while another command runs."""
    with kept_aws(home) as aws:
        vault = Vault.deployed(aws)
        if vault is None:
            raise _nothing(home)
        sweep(vault)
        yield vault


def _nothing(home: Home) -> NothingKept:
    return NothingKept(f"nothing is kept in {home.folder} yet; run: gameday run")
