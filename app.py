#!/usr/bin/env python3
"""The CDK app: its stacks from the settings in `cdk.json`. Makes no call to AWS."""

import sys

from stacks.settings import SettingsError
from stacks.vault import build


def main() -> None:
    """Synthesise the app; `cdk synth` and `cdk deploy` run this."""
    try:
        build().synth()
    except SettingsError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
