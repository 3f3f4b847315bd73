"""What the vault told of a season: a queue in the place of a person's mail."""

import json
from typing import Any

from gameday.embedded.aws import EmbeddedAws


class Mail:
    """A queue that is subscribed to the topic `topic` of `aws`, and what came into it.

    digests: the subjects. alarms: the moment, name and new state of each.
    """

    def __init__(self, aws: EmbeddedAws, topic: str):
        self.digests: list[str] = []
        self.alarms: list[tuple[str, str, str]] = []
        self._sqs = aws.client("sqs")
        self._url = self._sqs.create_queue(QueueName="mail-of-the-season")["QueueUrl"]
        given = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        queue = given["Attributes"]["QueueArn"]
        admitted = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [admitted]})
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)

    def read(self) -> None:
        """Take what came; messages of a queue last for days only."""
        while messages := self._take():
            for one in messages:
                self._note(json.loads(one["Body"]))

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

    def _take(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        for one in messages:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=one["ReceiptHandle"])
        return messages
