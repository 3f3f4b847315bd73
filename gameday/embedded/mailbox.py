"""What a subscriber of a topic gets: a queue in the place of a person's mail."""

import json
from typing import Any

from gameday.embedded.aws import EmbeddedAws


class Mailbox:
    """A queue that is subscribed to the topic `topic` of `aws`."""

    def __init__(self, aws: EmbeddedAws, topic: str):
        self._sqs = aws.client("sqs")
        self._url = self._sqs.create_queue(QueueName="mailbox")["QueueUrl"]
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

    def read(self) -> list[dict[str, Any]]:
        """What came since: each notification with its `Subject` and `Message`; taken out."""
        found: list[dict[str, Any]] = []
        while messages := self._take():
            found += messages
        return found

    def _take(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        for one in messages:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=one["ReceiptHandle"])
        return [json.loads(one["Body"]) for one in messages]
