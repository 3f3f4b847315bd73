"""What outlives every deployment: the bucket, the tables, the provider's secret, the topic."""

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from lambdas.highlights.ledger import GAME_DAY_INDEX
from stacks.acknowledge import acknowledge
from stacks.backup_vault import DailyBackups
from stacks.kept_bucket import kept_bucket
from stacks.notices import notices_topic, undelivered_queue
from stacks.replica import (
    let_replicate,
    replication_role,
    replication_rule,
    role_for_what_is_there,
)
from stacks.second_place import SecondPlace
from stacks.settings import Settings


class StorageStack(Stack):
    """Holds what cannot be made again; deleting the stack leaves all of it in place.

    archive: raw answers, videos, renditions, thumbnails and run records.
    highlights: one item per highlight. season: games, game days, and what was spent on them; see
    `lambdas.highlights.season`. provider_key: the provider's API key. notices: the topic of digests
    and alarms. undelivered: what no schedule could deliver. These two alone go with the stack.

    No setting may change the table's template: what replaces it leaves every highlight behind.
    docs/decisions/0008-a-second-place.md
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        place: SecondPlace | None = None,
        **kwargs: object,
    ):
        super().__init__(scope, id_, termination_protection=True, **kwargs)
        replicated_by = replication_role(self) if place else None
        self.archive = kept_bucket(
            self,
            "Archive",
            replication_role=replicated_by,
            replication_rules=[replication_rule(self, place)] if place else None,
        )
        self.highlights = dynamodb.Table(
            self,
            "Highlights",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.highlights.add_global_secondary_index(
            index_name=GAME_DAY_INDEX,
            partition_key=dynamodb.Attribute(name="league", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="game_date", type=dynamodb.AttributeType.STRING),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        self.season = dynamodb.Table(
            self,
            "Season",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expires_at",
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.provider_key = secretsmanager.Secret(
            self,
            "ProviderKey",
            description='Key of the Sport Highlights API: {"api_key": "..."} or the key alone',
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template='{"api_key": ""}',
                generate_string_key="replace_me",
            ),
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.notices = notices_topic(self, settings)
        self.undelivered = undelivered_queue(self)
        CfnOutput(self, "ArchiveBucket", value=self.archive.bucket_name)
        CfnOutput(self, "HighlightsTable", value=self.highlights.table_name)
        CfnOutput(self, "SeasonTable", value=self.season.table_name)
        CfnOutput(self, "ProviderKeySecret", value=self.provider_key.secret_arn)
        CfnOutput(self, "NoticesTopic", value=self.notices.topic_arn)
        CfnOutput(self, "UndeliveredQueue", value=self.undelivered.queue_url)
        if place:
            let_replicate(replicated_by, self.archive, place)
            batch = role_for_what_is_there(self, self.archive)
            CfnOutput(self, "ReplicaBucket", value=place.bucket)
            CfnOutput(self, "BatchReplicationRoleArn", value=batch.role_arn)
        if settings.aws_backup_days:
            DailyBackups(
                self, "DailyBackups", table=self.highlights, settings=settings, place=place
            )
        self._acknowledge()

    def _acknowledge(self) -> None:
        acknowledge(
            self.archive,
            "S1",
            "Only this product's roles and the account's administrators can reach the bucket; "
            "access logs would cost more than they tell. CloudTrail data events can be switched "
            "on where an audit asks for them.",
        )
        acknowledge(
            self.provider_key,
            "SMG4",
            "The provider issues the key by hand in its console; it has no API that a rotation "
            "could call.",
        )
