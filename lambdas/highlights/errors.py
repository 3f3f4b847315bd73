"""The vault's errors. LinkOnly, Unavailable and NotAVideo are outcomes: recorded, not raised on.

* VaultError
  x TransientError        the same call may succeed later; Step Functions retries it by name
    + ProviderUnavailable
    + SourceUnavailable
    + SourceTooSlow
    + SourceChanged
    + LinkExpired
    + UploadDamaged
    + DownloadInterrupted
    + OutOfTime
    + TruncatedVideo
    + BackupNotReady
    + ScratchInUse
    + DayInUse
    + StoreUnavailable
  x PermanentError        the same call would fail again; a person or the source must change first
    + InvalidInput
    + ProviderRefusedKey
    + ProviderQuotaExceeded
    + ProviderBudgetSpent
    + ProviderRefusedRequest
    + UnexpectedAnswer
    + LinkOnly
    + Unavailable
    + NotAVideo
    + TooSlowToStore
    + StoreRefused
    + BackupFailed
    + NoBackup
    + TableGone
    + RestoreFailed
    + SidecarDamaged
    + ReplicaRefused
    + ExportDamaged
    + ExportFailed
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
    """The host of a video did not answer, or answered that it cannot right now.

    retry_after: seconds for which it asks to be left alone, when it says so.
    """

    def __init__(self, text: str, retry_after: float | None = None):
        super().__init__(text)
        self.retry_after = retry_after


class SourceTooSlow(TransientError):
    """The host of a video sends less than is worth waiting for."""


class SourceChanged(TransientError):
    """The file behind the URL is not the one that the download began with; start over."""


class UploadDamaged(TransientError):
    """S3 has other bytes of a video than were read; start over."""


class LinkExpired(TransientError):
    """The host refuses a later part of a file that it began to give; the URL is to be asked anew."""


class DownloadInterrupted(TransientError):
    """A video's bytes stopped before the announced length."""


class OutOfTime(TransientError):
    """A function stopped before its own time limit; its next attempt goes on from there."""


class TruncatedVideo(TransientError):
    """A video's own structure says that bytes are missing."""


class BackupNotReady(TransientError):
    """The on-demand backup exists and is not AVAILABLE yet."""


class ScratchInUse(TransientError):
    """A drill's scratch table is still being restored, and cannot be deleted yet."""


class DayInUse(TransientError):
    """Another execution works on the same league's game day; its text names that one."""


class StoreUnavailable(TransientError):
    """S3, DynamoDB or Secrets Manager refused a call for a passing reason."""


class InvalidInput(PermanentError):
    """An execution was started with an input that names no league and game day."""


class ProviderRefusedKey(PermanentError):
    """The provider does not accept the key, or the key is not subscribed."""


class ProviderQuotaExceeded(PermanentError):
    """The provider's requests of the day are used up; waiting seconds does not help."""


class ProviderBudgetSpent(PermanentError):
    """The vault made as many requests today as it may by itself; the rest are a person's own."""


class ProviderRefusedRequest(PermanentError):
    """The provider says that the request itself is wrong."""


class UnexpectedAnswer(PermanentError):
    """The provider's answer is not of the documented shape."""


class LinkOnly(PermanentError):
    """The URL leads to no file that is kept; its metadata is all that is."""


class Unavailable(PermanentError):
    """The URL will not give the video, for the reason in the text."""


class NotAVideo(PermanentError):
    """The bytes are whole and are not a video the vault can keep."""


class NotAPicture(PermanentError):
    """The bytes are no whole JPEG; a transcoding job makes one instead."""


class TooSlowToStore(PermanentError):
    """A video that cannot be gone on with does not come within one function's time."""


class StoreRefused(PermanentError):
    """S3 refused a part of a video for a reason that does not pass."""


class BackupFailed(PermanentError):
    """DynamoDB gave the new backup up; the older ones were left alone."""


class NoBackup(PermanentError):
    """Something is kept, and no backup of it can be restored."""


class TableGone(PermanentError):
    """There is no table of that name; somebody deleted it."""


class RestoreFailed(PermanentError):
    """DynamoDB did not restore a backup."""


class SidecarDamaged(PermanentError):
    """The file beside a video is not what the vault wrote there; its text says in what."""


class ExportFailed(PermanentError):
    """DynamoDB gave an export of the table up, for the reason in the text."""


class ExportDamaged(PermanentError):
    """An export of the table lacks a file, or has another one than its manifest says."""


class ReplicaRefused(PermanentError):
    """The table cannot get a replica in the second region before a person clears the way."""


def transient_error_names() -> list[str]:
    """Names of the errors worth a retry, as Step Functions sees them in `ErrorEquals`."""
    return sorted(error.__name__ for error in TransientError.__subclasses__())
