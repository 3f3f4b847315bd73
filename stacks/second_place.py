"""Where the second place is: the names that the stacks of both regions know it by.

The names follow from account and regions alone, so that no stack reads from a stack of another
region. docs/decisions/0008-a-second-place.md
"""

from dataclasses import dataclass

from aws_cdk import Aws, Environment

from stacks.settings import Settings

VAULT = "gameday"  # name of the backup vault in the region of the table


@dataclass(frozen=True)
class SecondPlace:
    """The account, the region that is deployed to, and the second region."""

    account: str
    home: str
    region: str

    @classmethod
    def of(cls, settings: Settings, account: str, home: str) -> "SecondPlace | None":
        """The second place that `settings` ask for, checked by them; None without one."""
        return cls(account, home, settings.replica_region) if settings.replica_region else None

    @property
    def at_home(self) -> Environment:
        """Where the table and the archive are."""
        return Environment(account=self.account, region=self.home)

    @property
    def away(self) -> Environment:
        """Where their copies are."""
        return Environment(account=self.account, region=self.region)

    @property
    def bucket(self) -> str:
        """The replica's bucket: unique in the world, and to one deployment in its account."""
        return f"gameday-replica-{self.account}-{self.home}-{self.region}"

    @property
    def vault(self) -> str:
        """The backup vault for copies."""
        return f"{VAULT}-copies-of-{self.home}"

    @property
    def vault_arn(self) -> str:
        """The ARN of `vault`."""
        return f"arn:{Aws.PARTITION}:backup:{self.region}:{self.account}:backup-vault:{self.vault}"
