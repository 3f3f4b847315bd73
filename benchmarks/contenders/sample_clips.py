"""Makes the sample day's clips in a folder, so that no run that is timed makes them."""

import sys
from pathlib import Path

from gameday.embedded.sample import sample_day

if __name__ == "__main__":
    sample_day(Path(sys.argv[1]))
