"""Runs the embedded AWS on a folder until its standard input ends, or it is killed."""

import sys
from pathlib import Path

from gameday.embedded.aws import EmbeddedAws

if __name__ == "__main__":
    with EmbeddedAws(Path(sys.argv[1])) as aws:
        print(aws.endpoint_url, flush=True)
        sys.stdin.read()
