"""A second way to back up the table: AWS Backup, daily in season, into vaults that are locked."""

from collections.abc import Sequence

from aws_cdk import Aws, Duration, RemovalPolicy, Stack, TimeZone
from aws_cdk import aws_backup as backup
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.acknowledge import acknowledge_wildcards, written
from stacks.game_days import later, run_schedule
from stacks.second_place import VAULT, SecondPlace
from stacks.settings import Settings

_OF_TABLE = (
    "dynamodb:DescribeTable",
    "dynamodb:CreateBackup",
    "dynamodb:StartAwsBackupJob",
    "dynamodb:ListTagsOfResource",
)
_OF_BACKUPS = ("dynamodb:DescribeBackup", "dynamodb:DeleteBackup")
_OF_VAULTS = ("backup:DescribeBackupVault", "backup:CopyIntoBackupVault")
_OF_POINTS = ("backup:CopyFromBackupVault", "backup:TagResource")
AFTER_RUNS = 5 * 60  # minutes: women's runs start 30 after the men's, and end within four hours


class BackupVaultStack(Stack):
    """One vault, in a stack of its own: switching AWS Backup off leaves both as they are.

    Locked in governance mode: no backup can be deleted before its time, by nobody who may not
    remove the lock first (`backup:DeleteBackupVaultLockConfiguration`).
    https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, days: int, **kwargs: object):
        super().__init__(scope, id_, termination_protection=True, **kwargs)
        backup.BackupVault(
            self,
            "Vault",
            backup_vault_name=name,
            lock_configuration=backup.LockConfiguration(min_retention=Duration.days(days)),
            removal_policy=RemovalPolicy.RETAIN,
        )


class DailyBackups(Construct):
    """The plan that backs `table` up into the vaults, and the role that it does it as."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        table: dynamodb.Table,
        settings: Settings,
        place: SecondPlace | None,
    ):
        super().__init__(scope, id_)
        home = backup.BackupVault.from_backup_vault_name(self, "Vault", VAULT)
        vaults = [home]
        if place is not None:
            away = backup.BackupVault.from_backup_vault_arn(self, "Copies", place.vault_arn)
            vaults.append(away)
        keep = Duration.days(settings.aws_backup_days)
        every_day = run_schedule(
            settings.mens_game_days,
            settings.season_months,
            later(settings.run_time, AFTER_RUNS),
            days_after=1,
        )
        plan = backup.BackupPlan(
            self, "Plan", backup_plan_name="GameDayTableDaily", backup_vault=home
        )
        plan.add_rule(
            backup.BackupPlanRule(
                rule_name="DailyInSeason",
                schedule_expression=events.Schedule.cron(
                    minute=every_day.minute, hour=every_day.hour, month=every_day.month
                ),
                schedule_expression_timezone=TimeZone.of(settings.time_zone),
                delete_after=keep,
                copy_actions=[
                    backup.BackupPlanCopyActionProps(
                        destination_backup_vault=vault, delete_after=keep
                    )
                    for vault in vaults[1:]
                ],
            )
        )
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("backup.amazonaws.com"),
            description="Backs up the table of highlights for AWS Backup",
        )
        _let_back_up(role, table, vaults)
        plan.add_selection(
            "Table",
            resources=[backup.BackupResource.from_dynamo_db_table(table)],
            role=role,
            disable_default_backup_policy=True,
        )


def _let_back_up(
    role: iam.Role, table: dynamodb.Table, vaults: Sequence[backup.IBackupVault]
) -> None:
    """What AWS's own policy for backups lets it do with DynamoDB, for one table and its vaults.

    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html
    """
    backups = f"{table.table_arn}/backup/*"
    points = [
        f"arn:{Aws.PARTITION}:backup:{vault.env.region}:{vault.env.account}:recovery-point:*"
        for vault in vaults
    ]
    for actions, resources in (
        (_OF_TABLE, [table.table_arn]),
        (_OF_BACKUPS, [backups]),
        (_OF_VAULTS, [vault.backup_vault_arn for vault in vaults]),
        (_OF_POINTS, points),
    ):
        role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=resources))
    acknowledge_wildcards(
        role,
        "A backup gets its name from DynamoDB, and a recovery point its from AWS Backup.",
        *(f"Resource::{written(Stack.of(role), arn)}" for arn in (backups, *points)),
    )
