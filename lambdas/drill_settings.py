"""What the functions of the drill are told by their environment, which its stack writes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class DrillSettings:
    """The settings of the drill; what each means stands in `stacks/settings.py`."""

    table_name: str
    bucket_name: str
    sample: int

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "DrillSettings":
        """The settings in `environment`; a missing one is a KeyError that names it."""
        return cls(
            environment["TABLE_NAME"], environment["BUCKET_NAME"], int(environment["DRILL_SAMPLE"])
        )
