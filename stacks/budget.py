"""What a month may cost: AWS Budgets tells the topic when it costs more, or is about to.

A budget knows services and regions, not stacks, as long as nobody activates cost allocation tags by
hand; so it counts what else the account does with these services in this region.
https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
"""

from aws_cdk import Stack
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_sns as sns
from constructs import Construct

# As Cost Explorer calls them.
SERVICES = (
    "AWS Elemental MediaConvert",
    "AWS Lambda",
    "AWS Secrets Manager",
    "AWS Step Functions",
    "AWS X-Ray",
    "Amazon DynamoDB",
    "Amazon Simple Notification Service",
    "Amazon Simple Queue Service",
    "Amazon Simple Storage Service",
    "AmazonCloudWatch",
)


class MonthlyBudget(Construct):
    """Says on `topic` when a month has cost more than `dollars`, or will by forecast."""

    def __init__(self, scope: Construct, id_: str, *, dollars: int, topic: sns.ITopic):
        super().__init__(scope, id_)
        stack = Stack.of(self)
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                # A budget is the account's, and a vault in another region has one of its own.
                budget_name=f"{stack.stack_name}-{stack.region}-month",
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=dollars, unit="USD"),
                cost_filters={"Service": list(SERVICES), "Region": [stack.region]},
            ),
            notifications_with_subscribers=[
                _notification(kind, topic) for kind in ("ACTUAL", "FORECASTED")
            ],
        )


def _notification(
    kind: str, topic: sns.ITopic
) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind,
            comparison_operator="GREATER_THAN",
            threshold=100,
            threshold_type="PERCENTAGE",
        ),
        subscribers=[
            budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic.topic_arn)
        ],
    )
