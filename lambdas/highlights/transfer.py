"""A video's bytes into the archive: at once, in order, or in ranges that are read side by side.

Any way the container is proved by the bytes that are stored, as they go past, and nothing
stands under the key before it is.
"""

from lambdas.highlights.destination import Destination, Stored, too_large
from lambdas.highlights.opening import Opening
from lambdas.highlights.transfer_held import store_held
from lambdas.highlights.transfer_in_order import store_in_order
from lambdas.highlights.transfer_side_by_side import SideBySide, find_gap


def store(opening: Opening, to: Destination) -> Stored:
    """Store the video that was opened, and prove it whole on the way.

    Raises Unavailable when it is too large, NotAVideo, TruncatedVideo, and what reading and
    writing raise. A transient end of a transfer in ranges leaves the upload for a later attempt.
    """
    length = opening.source.length
    if length is not None and length > to.largest:
        raise too_large(to.largest)
    if length is not None:
        to.admit(length)
    if opening.content is not None:
        return store_held(opening, opening.content, to)
    gap = find_gap(opening)
    if gap is None or length is None:
        return store_in_order(opening, to)
    return SideBySide(opening, gap, length, to).run()
