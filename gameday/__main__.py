"""`python -m gameday`, and the `gameday` command: says a calm word even to the earliest Ctrl-C."""

import sys


def main() -> None:
    """Run the command. What it needs is read within, for that takes a noticeable moment."""
    try:
        from gameday.cli import main as command
    except KeyboardInterrupt:
        sys.stderr.write("gameday: stopped before it began\n")
        sys.exit(130)
    command()


if __name__ == "__main__":
    main()
