"""How the vault speaks to a person: one topic, and a queue of what no schedule could deliver.

Both are part of the storage, so that a subscription outlives every deployment of what runs.
docs/decisions/0014-being-told.md
"""

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.acknowledge import acknowledge
from stacks.settings import Settings

# How long a schedule's call is tried again: as long as a morning's work may be late and still be
# that morning's. It carries the time at which it was due, so nothing is done for another day.
DELIVERED_WITHIN = Duration.hours(6)


def notices_topic(scope: Construct, settings: Settings) -> sns.Topic:
    """The topic of digests and alarms, with the subscription that `settings` ask for.

    Not encrypted by a key of KMS: CloudWatch may not publish to a topic under the key that AWS
    manages, and one's own costs a dollar a month, for game results that are public.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    topic = sns.Topic(scope, "Notices", display_name="Game-Day Vault", enforce_ssl=True)
    # A topic with a policy of its own, as `enforce_ssl` makes one, admits no service by default.
    _let_publish(topic, "cloudwatch", "cloudwatch", "alarm:*")
    if settings.monthly_budget_dollars:
        _let_publish(topic, "budgets", "budgets", "*")
    if settings.notify_email:
        topic.add_subscription(subscriptions.EmailSubscription(settings.notify_email))
    return topic


def undelivered_queue(scope: Construct) -> sqs.Queue:
    """What a schedule could not deliver to its target: kept for as long as SQS can keep it."""
    queue = sqs.Queue(
        scope,
        "Undelivered",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )
    acknowledge(queue, "SQS3", "The queue is itself the dead-letter queue of every schedule.")
    return queue


def caught_by(queue: sqs.IQueue) -> dict[str, Any]:
    """What a schedule's target is given beside its input, so that nothing due is lost."""
    return {"dead_letter_queue": queue, "max_event_age": DELIVERED_WITHIN}


def _let_publish(topic: sns.Topic, service: str, of: str, resource: str) -> None:
    """Admit a service on behalf of resources of this account alone.

    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    stack = Stack.of(topic)
    region = "" if of == "budgets" else stack.region
    source = f"arn:{stack.partition}:{of}:{region}:{stack.account}:{resource}"
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            sid=f"AdmitsNoticesOf{service.title()}",
            principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnLike": {"aws:SourceArn": source},
            },
        )
    )
