"""What an attempt to download a video leaves open for the next one to go on with."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Unfinished:
    """A multipart upload that is open. validator, length: of the source whose bytes it has."""

    upload_id: str
    key: str
    validator: str | None
    length: int | None

    def as_item(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return asdict(self)

    @classmethod
    def from_item(cls, item: Mapping[str, Any] | None) -> "Unfinished | None":
        """What `as_item` made; DynamoDB gives numbers back as Decimal."""
        if item is None:
            return None
        length = item["length"]
        return cls(
            item["upload_id"],
            item["key"],
            item["validator"],
            None if length is None else int(length),
        )
