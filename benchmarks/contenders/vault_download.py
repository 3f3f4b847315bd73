"""The vault's way: classified, streamed and proven whole, by the function's own path."""

import time
from collections.abc import Callable

LARGEST = 10**12  # bytes
TIME_LIMIT = 900  # seconds, the function's


def prepare(bucket: str) -> Callable[[str, str], None]:
    """The download with the function's own client; a host on loopback is let through."""
    from lambdas import clients
    from lambdas.highlights.archive import Archive
    from lambdas.highlights.connections import guarded_pools
    from lambdas.highlights.containers.formats import Format
    from lambdas.highlights.deadline import Deadline, Patience, Watch
    from lambdas.highlights.destination import Destination
    from lambdas.highlights.download import download_video
    from lambdas.highlights.host_rules import HostRules
    from lambdas.highlights.internet import Internet

    archive = Archive(clients.s3(), bucket)

    def transfer(url: str, key: str) -> None:
        deadline = Deadline(TIME_LIMIT, time.monotonic, time.sleep)

        def destination(form: Format) -> Destination:
            return Destination(
                archive=archive,
                key=key,
                content_type=form.content_type,
                replaces=None,
                largest=LARGEST,
                deadline=deadline,
                unfinished=None,
                note=lambda unfinished: None,
            )

        pools = guarded_pools(("127.0.0.1",))
        with Watch(deadline) as watch:
            net = Internet(pools, HostRules(), deadline, watch, Patience())
            download_video(net, url, destination)

    return transfer
