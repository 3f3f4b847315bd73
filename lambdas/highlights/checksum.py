"""CRC-32 of a file whose parts are read in any order, as S3 and as the ledger write it.

S3 verifies a multipart upload's CRC-32 over the whole object, and the CRC-32 of two neighbouring
parts gives that of both together, which SHA-256 does not.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

import base64
import zlib
from collections.abc import Iterable
from functools import lru_cache

ALGORITHM = "CRC32"
POLYNOMIAL = 0xEDB88320  # of CRC-32 (ISO/IEC 8802-3), its bits in reverse
ONE = 1 << 31  # the polynomial 1, and below it x, its bits in reverse too
X = 1 << 30


def of(chunks: Iterable[bytes | memoryview]) -> int:
    """The CRC-32 of chunks together, each looked at while the processor still has it at hand."""
    crc = 0
    for chunk in chunks:
        crc = zlib.crc32(chunk, crc)
    return crc


def combine(first: int, second: int, length: int) -> int:
    """The CRC-32 of two pieces together from that of each; length: bytes of the second.

    Appending `length` bytes multiplies the first remainder by x to the power of their bits.
    """
    return _times(_power_of_x(8 * length), first) ^ second


def as_text(crc: int) -> str:
    """`crc32:` and eight hexadecimal digits, as the ledger keeps it."""
    return f"crc32:{crc:08x}"


def as_header(crc: int) -> str:
    """The base64 of its four bytes, as S3 sends and takes it."""
    return base64.b64encode(crc.to_bytes(4, "big")).decode()


def from_header(value: str) -> int:
    """The checksum that S3 wrote as `value`."""
    return int.from_bytes(base64.b64decode(value), "big")


@lru_cache(maxsize=4)  # all parts but the last are of one length
def _power_of_x(exponent: int) -> int:
    power, square = ONE, X
    while exponent:
        if exponent & 1:
            power = _times(power, square)
        square = _times(square, square)
        exponent >>= 1
    return power


def _times(a: int, b: int) -> int:
    """The product of two polynomials over GF(2), reduced by POLYNOMIAL."""
    product = 0
    while a:
        if a & ONE:
            product ^= b
        a = (a << 1) & 0xFFFFFFFF
        b = (b >> 1) ^ (POLYNOMIAL if b & 1 else 0)
    return product
