"""What the functions are told by their environment, which the pipeline stack writes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.highlights.host_rules import HostRules
from lambdas.highlights.retention import Policy
from lambdas.highlights.season.caps import Caps

CAP_SETTINGS = (
    *("transcode_minutes_per_day", "transcode_minutes_per_month"),
    *("stored_gigabytes_per_day", "stored_gigabytes_per_month"),
)


@dataclass(frozen=True)
class Settings:
    """The settings that all functions share; what each means stands in `stacks/settings.py`."""

    table_name: str
    season_table: str
    bucket_name: str
    secret_arn: str
    notices_topic: str
    provider_url: str
    provider_host: str
    provider_calls_per_day: int
    caps: Caps
    limit: int
    time_zone: str
    look_back_days: int
    allowed_private_hosts: tuple[str, ...]
    host_rules: HostRules
    largest_video: int
    transcode: str
    transcode_profile: str
    backup_retention: Policy

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings in `environment`; a missing one is a KeyError that names it."""
        hosts = environment["ALLOWED_PRIVATE_HOSTS"]
        return cls(
            table_name=environment["TABLE_NAME"],
            season_table=environment["SEASON_TABLE"],
            bucket_name=environment["BUCKET_NAME"],
            secret_arn=environment["SECRET_ARN"],
            notices_topic=environment["NOTICES_TOPIC"],
            provider_url=environment["PROVIDER_URL"],
            provider_host=environment["PROVIDER_HOST"],
            provider_calls_per_day=int(environment["PROVIDER_CALLS_PER_DAY"]),
            caps=Caps.of(**{name: int(environment[name.upper()]) for name in CAP_SETTINGS}),
            limit=int(environment["LIMIT"]),
            time_zone=environment["TIME_ZONE"],
            look_back_days=int(environment["LOOK_BACK_DAYS"]),
            allowed_private_hosts=tuple(hosts.lower().split(",")) if hosts else (),
            host_rules=HostRules.parse(environment["HOST_RULES"]),
            largest_video=int(environment["MAX_VIDEO_MEGABYTES"]) * 1_000_000,
            transcode=environment["TRANSCODE"],
            transcode_profile=environment["TRANSCODE_PROFILE"],
            backup_retention=Policy.parse(environment["BACKUP_RETENTION"]),
        )
