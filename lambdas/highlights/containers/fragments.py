"""The fragments of an MP4 file: its `moof` and `sidx` boxes (ISO/IEC 14496-12, 8.8 and 8.16)."""

from struct import unpack_from

from lambdas.highlights.containers.boxes import BoxReader, big_endian

# Flags of a tfhd box, and of a trun box.
HAS_BASE, HAS_DESCRIPTION, HAS_DURATION, HAS_SIZE, BASE_IS_MOOF = 0x1, 0x2, 0x8, 0x10, 0x20000
RUN_HAS_OFFSET, RUN_HAS_FIRST_FLAGS, RUN_HAS_DURATIONS, RUN_HAS_SIZES = 0x1, 0x4, 0x100, 0x200


class Fragments:
    """What the fragments read so far add up to.

    defaults: duration and size of samples that give none, by track. durations: the time the
    fragments of each track last, in the track's own units. end: the byte up to which the file
    must reach for all samples of the fragments to be in it.
    """

    def __init__(self, defaults: dict[int, tuple[int, int]]):
        self._defaults = defaults
        self.durations: dict[int, int] = dict.fromkeys(defaults, 0)
        self.end = 0

    def add(self, reader: BoxReader, moof: memoryview, start: int) -> None:
        """Add the fragment whose `moof` box begins at byte `start` of the file."""
        data_end = start
        for kind, traf in reader.children(moof):
            if kind == b"traf":
                data_end = self._add_track(reader, traf, start, data_end)

    def add_index(self, sidx: memoryview, end: int) -> None:
        """Add a segment index that ends at byte `end`: what it lists must be in the file."""
        if sidx[0]:
            first_offset, _, count = unpack_from(">Q2H", sidx, 20)
            rows = sidx[32:]
        else:
            first_offset, _, count = unpack_from(">I2H", sidx, 16)
            rows = sidx[24:]
        sizes = big_endian("I", rows, 3 * count)[0::3]
        listed = sum(size & 0x7FFFFFFF for size in sizes)
        self.end = max(self.end, end + first_offset + listed)

    def _add_track(self, reader: BoxReader, traf: memoryview, start: int, data_end: int) -> int:
        """Add one track's part; data_end: where the samples of the part before it end."""
        track_id, duration, size = 0, 0, 0
        at = base = data_end
        for kind, body in reader.children(traf):
            if kind == b"tfhd":
                flags, track_id = unpack_from(">2I", body)
                duration, size = self._defaults.get(track_id, (0, 0))
                field = 8
                if flags & HAS_BASE:
                    at = base = unpack_from(">Q", body, field)[0]
                    field += 8
                elif flags & BASE_IS_MOOF:
                    at = base = start
                if flags & HAS_DESCRIPTION:
                    field += 4
                if flags & HAS_DURATION:
                    duration = unpack_from(">I", body, field)[0]
                    field += 4
                if flags & HAS_SIZE:
                    size = unpack_from(">I", body, field)[0]
            elif kind == b"trun":
                offset, lasts, length = _read_run(body, duration, size)
                at = (at if offset is None else base + offset) + length
                self.end = max(self.end, at)
                if track_id in self.durations:
                    self.durations[track_id] += lasts
        return at


def _read_run(trun: memoryview, duration: int, size: int) -> tuple[int | None, int, int]:
    """Data offset, duration and bytes of a run of samples.

    duration, size: of each sample where the run does not list them.
    """
    flags, count = unpack_from(">2I", trun)
    offset, at = None, 8
    if flags & RUN_HAS_OFFSET:
        offset = unpack_from(">i", trun, at)[0]
        at += 4
    if flags & RUN_HAS_FIRST_FLAGS:
        at += 4
    columns = (flags & 0xF00).bit_count()
    table = big_endian("I", trun[at:], columns * count)
    lasts, length = duration * count, size * count
    if flags & RUN_HAS_DURATIONS:
        lasts = sum(table[0::columns])
    if flags & RUN_HAS_SIZES:
        length = sum(table[(1 if flags & RUN_HAS_DURATIONS else 0) :: columns])
    return offset, lasts, length
