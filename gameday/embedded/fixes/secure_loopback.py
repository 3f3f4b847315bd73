"""Requests over loopback count as sent over TLS, for no one can listen on the way.

Bucket policies that deny `aws:SecureTransport: false`, the bootstrap bucket's among them, would
otherwise refuse every request to http://127.0.0.1.
"""

from gameday.embedded.fixes.patching import Patch

FIX = "secure_loopback"


def apply() -> None:
    from ministack import app

    Patch(FIX).wrap(
        app,
        "pin_request_origin",
        "de819c1bd9ac",
        lambda original: lambda source_ip, secure_transport: original(source_ip, True),
    )
