"""A person's mail from the vault's topic, and what it says of alarms."""

import json

from gameday.embedded import mailbox
from gameday.embedded.aws import EmbeddedAws


class Mailbox(mailbox.Mailbox):
    """A mailbox that remembers alarms."""

    def __init__(self, aws: EmbeddedAws, topic: str):
        super().__init__(aws, topic)
        self._alarms: dict[str, str] = {}

    def alarms(self) -> dict[str, str]:
        """The state in which each alarm was told to be last, ever; takes out what came."""
        for one in self.read():
            if one["Subject"].startswith(("ALARM", "OK")):
                told = json.loads(one["Message"])
                self._alarms[told["AlarmName"]] = told["NewStateValue"]
        return dict(self._alarms)
