"""What a step may do with the archive and the table, granted by the CDK where it can."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from stacks.acknowledge import acknowledge_wildcards, exported
from stacks.storage import StorageStack


class Grants:
    """Grants on the bucket and the table of `storage` to roles of other stacks."""

    def __init__(self, storage: StorageStack):
        self._archive = storage.archive
        self._highlights = storage.highlights
        self._season = storage.season
        self.archive_arn = exported(storage, storage.archive.bucket_arn)
        self.highlights_arn = exported(storage, storage.highlights.table_arn)

    def read(self, role: iam.IRole, prefix: str) -> None:
        """Objects whose keys are like `prefix`; and the list of all keys."""
        self._archive.grant_read(role, prefix)
        acknowledge_wildcards(
            role,
            "Objects are named after highlights; the verbs are those of the CDK's read grant.",
            f"Resource::{self.archive_arn}/{prefix}",
            "Action::s3:GetObject*",
            "Action::s3:GetBucket*",
            "Action::s3:List*",
        )

    def write(self, role: iam.IRole, prefix: str) -> None:
        """New objects under `prefix`."""
        self._archive.grant_put(role, prefix)
        acknowledge_wildcards(
            role,
            "Objects are named after highlights; the verb is that of the CDK's put grant.",
            f"Resource::{self.archive_arn}/{prefix}",
            "Action::s3:Abort*",
        )

    def use_table(self, function: lambda_.Function, *actions: str) -> None:
        """These actions on the table and its index."""
        self._highlights.grant(function, *actions)
        acknowledge_wildcards(
            function.role,
            "The CDK's grant covers the indexes of the table; it has one.",
            f"Resource::{self.highlights_arn}/index/*",
        )

    def use_season(self, function: lambda_.Function, *actions: str) -> None:
        """These actions on the table of games, game days and what was spent on them."""
        self._season.grant(function, *actions)

    def use_backups(self, function: lambda_.Function, *actions: str) -> None:
        """These actions on the table's backups, and their list: the table has no grant for it.

        https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
        """
        backups = f"{self._highlights.table_arn}/backup/*"
        _allow(function, [backups], *actions)
        _allow(function, ["*"], "dynamodb:ListBackups")
        acknowledge_wildcards(
            function.role,
            "A backup gets its name from DynamoDB, and ListBackups knows no resource to name.",
            f"Resource::{self.highlights_arn}/backup/*",
            "Resource::*",
        )

    def use_scratch_tables(self, function: lambda_.Function, *actions: str) -> None:
        """These actions on the scratch tables of drills; there is no construct that they hang on."""
        _allow(function, [f"{self._highlights.table_arn}-drill-*"], *actions)
        acknowledge_wildcards(
            function.role,
            "A scratch table is named after its drill's execution.",
            f"Resource::{self.highlights_arn}-drill-*",
        )


def _allow(function: lambda_.Function, resources: list[str], *actions: str) -> None:
    if actions:
        function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=resources))


def invoked_versions(stack: Stack, functions: list[lambda_.Function]) -> list[str]:
    """How cdk-nag writes the versions of `functions`, which an invoke grant covers."""
    return [
        f"Resource::<{stack.get_logical_id(function.node.default_child)}.Arn>:*"
        for function in functions
    ]
