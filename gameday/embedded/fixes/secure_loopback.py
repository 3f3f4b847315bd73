"""Requests over loopback count as sent over TLS, for no one can listen on the way.

Policies that deny `aws:SecureTransport: false`, the bootstrap bucket's among them, would otherwise
refuse every request to http://127.0.0.1. So does what a service sends by itself, as CloudWatch
does when an alarm goes off without any request.
"""

from contextvars import ContextVar

from gameday.embedded.fixes.patching import Patch

FIX = "secure_loopback"


def apply() -> None:
    from ministack import app
    from ministack.core import iam_evaluator

    patch = Patch(FIX)
    patch.wrap(
        app,
        "pin_request_origin",
        "de819c1bd9ac",
        lambda original: lambda source_ip, secure_transport: original(source_ip, True),
    )
    patch.expect(
        iam_evaluator._request_origin.get(), ("127.0.0.1", False), "where requests are from"
    )
    iam_evaluator._request_origin = ContextVar("origin", default=("127.0.0.1", True))
