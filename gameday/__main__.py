"""`python -m gameday`, and the `gameday` command: says a calm word even to the earliest Ctrl-C."""

import io
import sys


def main() -> None:
    """Run the command. What it needs is read within, for that takes a noticeable moment."""
    try:
        from gameday.cli import main as command
    except KeyboardInterrupt:
        sys.stderr.write("gameday: stopped before it began\n")
        sys.exit(130)
    for stream in (sys.stdout, sys.stderr):
        # A team's name may have letters that a terminal has not; that is no reason to say nothing.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    command()


if __name__ == "__main__":
    main()
