"""The sample day's execution twice, in a metered AWS: what each run asked for.

The same templates, state machine and functions as `gameday run`; the command itself cannot be
metered, since it starts its AWS in its own process.
"""

import json
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.contenders.metered_aws import MeteredAws, metering
from gameday.deployment import deployed
from gameday.embedded.sample import serve_sample
from gameday.home import Home
from gameday.request import Options, run_request
from gameday.steps import Steps
from gameday.synthesis import project_context

POLL = 0.05  # seconds


def main(folder: Path) -> None:
    """Print the usage of the first run and of the second."""
    home, steps, figures = Home(folder), Steps(Console(stderr=True)), {}
    with serve_sample(home.sample) as provider, MeteredAws(home.state) as aws:
        request = run_request(Options(), project_context(), datetime.now(UTC), provider.url)
        vault = deployed(request, home, aws, steps)
        for name in ("first", "second"):
            with metering(aws, provider) as usage:
                arn = vault.start(request.game_days[0], name)
                while not (execution := vault.execution(arn)).ended:
                    time.sleep(POLL)
            if execution.status != "SUCCEEDED":
                sys.exit(f"the {name} run failed: {execution.message}")
            figures[name] = asdict(usage)
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
