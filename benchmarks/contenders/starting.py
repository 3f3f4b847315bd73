"""How long it takes until the templates stand in a running embedded AWS: seconds of each step."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gameday.embedded.assembly import deploy_assembly
from gameday.embedded.aws import EmbeddedAws
from gameday.synthesis import assembly_for, project_context


def main(folder: Path) -> None:
    """Print the seconds of each step; `folder` has none of their results yet."""
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        seconds[name] = time.monotonic() - began

    with timed("synth"):
        assembly = assembly_for(project_context(), folder / "assemblies")
    aws = EmbeddedAws(folder / "aws")
    with timed("start"):
        aws.start()
    try:
        with timed("deploy_fresh"):
            deploy_assembly(assembly, aws)
        with timed("deploy_unchanged"):
            deploy_assembly(assembly, aws)
    finally:
        aws.stop()
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
