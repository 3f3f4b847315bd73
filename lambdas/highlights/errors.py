"""The vault's errors; `source.py` adds two outcomes that are recorded, not raised to the end.

* VaultError
  x TransientError        the same call may succeed later; Step Functions retries it by name
    + ProviderUnavailable
    + SourceUnavailable
    + DownloadInterrupted
    + TruncatedVideo
    + BackupNotReady
    + StoreUnavailable
  x PermanentError        the same call would fail again; a person or the source must change first
    + InvalidInput
    + ProviderRefusedKey
    + ProviderQuotaExceeded
    + ProviderRefusedRequest
    + UnexpectedAnswer
    + NotAVideo
    + BackupFailed
"""


class VaultError(Exception):
    """Base of every error raised on purpose; its text is a sentence for a person."""


class TransientError(VaultError):
    """The same call may succeed later."""


class PermanentError(VaultError):
    """The same call would fail again."""


class ProviderUnavailable(TransientError):
    """The highlights provider did not answer, or answered that it cannot right now."""


class SourceUnavailable(TransientError):
    """The host of a video did not answer, or answered that it cannot right now."""


class DownloadInterrupted(TransientError):
    """A video's bytes stopped before the announced length."""


class TruncatedVideo(TransientError):
    """A video's own structure says that bytes are missing."""


class BackupNotReady(TransientError):
    """The on-demand backup exists and is not AVAILABLE yet."""


class StoreUnavailable(TransientError):
    """S3, DynamoDB or Secrets Manager refused a call for a passing reason."""


class InvalidInput(PermanentError):
    """An execution was started with an input that names no league and game day."""


class ProviderRefusedKey(PermanentError):
    """The provider does not accept the key, or the key is not subscribed."""


class ProviderQuotaExceeded(PermanentError):
    """The provider's requests of the day are used up; waiting seconds does not help."""


class ProviderRefusedRequest(PermanentError):
    """The provider says that the request itself is wrong."""


class UnexpectedAnswer(PermanentError):
    """The provider's answer is not of the documented shape."""


class NotAVideo(PermanentError):
    """The bytes are whole and are not a video the vault can keep."""


class BackupFailed(PermanentError):
    """DynamoDB gave the new backup up; the older ones were left alone."""


def transient_error_names() -> list[str]:
    """Names of the errors worth a retry, as Step Functions sees them in `ErrorEquals`."""
    return sorted(error.__name__ for error in TransientError.__subclasses__())
