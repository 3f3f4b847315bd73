"""The table's second place: a replica in another region, added to the table as it stands.

A resource that CloudFormation asks this product to make, and never a property of the table: so the
table's own resource is the same with the replica and without.
docs/decisions/0008-a-second-place.md
"""

from aws_cdk import Aws, CfnOutput, CustomResource, Duration, Stack, custom_resources
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.acknowledge import acknowledge, acknowledge_wildcards
from stacks.functions import log_group
from stacks.second_place import SecondPlace

REPLICATION_ROLE = "replication.dynamodb.amazonaws.com"

# What adding a replica takes in its region.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html
_IN_THE_REPLICA = (
    "dynamodb:CreateTable",
    "dynamodb:CreateTableReplica",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DescribeTable",
    "dynamodb:UpdateTable",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:UpdateContinuousBackups",
)


class TableReplica(Construct):
    """Calls `function` until the replica is there and protected."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        table: dynamodb.ITable,
        place: SecondPlace,
        function: lambda_.Function,
        log_retention_days: int,
    ):
        super().__init__(scope, id_)
        _let_replicate(function, table, place)
        provider = custom_resources.Provider(
            self,
            "Provider",
            on_event_handler=function,
            is_complete_handler=function,
            query_interval=Duration.seconds(15),
            total_timeout=Duration.minutes(50),
            log_group=log_group(self, "Logs", log_retention_days),
            disable_waiter_state_machine_logging=True,
        )
        CustomResource(
            self,
            "Replica",
            resource_type="Custom::TableReplica",
            service_token=provider.service_token,
            properties={"TableName": table.table_name, "ReplicaRegion": place.region},
        )
        CfnOutput(Stack.of(self), "ReplicateTableFunction", value=function.function_name)
        _acknowledge(provider, function)


def _let_replicate(function: lambda_.Function, table: dynamodb.ITable, place: SecondPlace) -> None:
    replica = (
        f"arn:{Aws.PARTITION}:dynamodb:{place.region}:{place.account}:table/{table.table_name}"
    )
    linked_role = Stack.of(function).format_arn(
        service="iam",
        region="",
        resource="role",
        resource_name=(f"aws-service-role/{REPLICATION_ROLE}/AWSServiceRoleForDynamoDBReplication"),
    )
    function.add_to_role_policy(
        iam.PolicyStatement(
            actions=["dynamodb:DescribeTable", "dynamodb:UpdateTable"],
            resources=[table.table_arn],
        )
    )
    function.add_to_role_policy(
        iam.PolicyStatement(actions=list(_IN_THE_REPLICA), resources=[replica])
    )
    function.add_to_role_policy(
        iam.PolicyStatement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[linked_role],
            conditions={"StringEquals": {"iam:AWSServiceName": REPLICATION_ROLE}},
        )
    )


def _acknowledge(provider: custom_resources.Provider, function: lambda_.Function) -> None:
    """The CDK's own functions and state machine, which call `function` until it is done."""
    acknowledge(
        provider,
        "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
        "The CDK gives the functions of its provider framework this policy; all it permits is "
        "to write logs.",
    )
    acknowledge_wildcards(
        provider,
        "The CDK's invoke grant covers the versions of a function.",
        *(
            f"Resource::<{Stack.of(one).get_logical_id(one.node.default_child)}.Arn>:*"
            for one in (
                function,
                provider.node.find_child("framework-isComplete"),
                provider.node.find_child("framework-onTimeout"),
            )
        ),
    )
    for rule in ("SF1", "SF2"):
        acknowledge(
            provider,
            rule,
            "The state machine only waits while a deployment adds the replica, and its input has "
            "the signed URL at which CloudFormation is answered, which nobody is to log. What "
            "happens is in the log of the function that it calls.",
        )
