"""Deletes scratch tables of drills that ended with the process they ran in."""

import time
from collections.abc import Callable

from gameday.vault import Vault
from lambdas.highlights.drill.scratch import ScratchTables

PATIENCE = 60.0  # seconds for a table that is still being restored


def scratch_tables(vault: Vault) -> ScratchTables:
    """Those of the drills of `vault`."""
    return ScratchTables(vault.aws.client("dynamodb"), vault.table)


def sweep(vault: Vault) -> None:
    """Delete every scratch table of a vault whose AWS has just been started: no drill runs in it."""
    scratches = scratch_tables(vault)
    for name in list(scratches.all()):
        scratches.delete(name, patient())


def patient() -> Callable[[float], bool]:
    """A wait that sleeps, until PATIENCE is used up."""
    end = time.monotonic() + PATIENCE

    def wait(seconds: float) -> bool:
        if time.monotonic() + seconds > end:
            return False
        time.sleep(seconds)
        return True

    return wait
