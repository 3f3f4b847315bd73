"""What the vault told of a season."""

import json
from typing import Any

from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.mailbox import Mailbox


class Mail:
    """What came from the topic `topic` of `aws`, sorted.

    digests: the subjects. alarms: the moment, name and new state of each.
    """

    def __init__(self, aws: EmbeddedAws, topic: str):
        self.digests: list[str] = []
        self.alarms: list[tuple[str, str, str]] = []
        self._mailbox = Mailbox(aws, topic)

    def read(self) -> None:
        """Take what came; messages of a queue last for days only."""
        for one in self._mailbox.read():
            self._note(one)

    def _note(self, notification: dict[str, Any]) -> None:
        try:
            alarm = json.loads(notification["Message"])
        except ValueError:
            alarm = None
        if isinstance(alarm, dict) and "AlarmName" in alarm:
            self.alarms.append(
                (alarm["StateChangeTime"], alarm["AlarmName"], alarm["NewStateValue"])
            )
        else:
            self.digests.append(notification.get("Subject") or "")
