"""Signs by SLH-DSA in a process of its own, because a signature takes up to seconds and holds the interpreter lock.

The process lives for the messages of one request.  It gets the key by a pipe, and nobody else can read its memory.
"""

from __future__ import annotations

import os
import subprocess
import sys

import msgspec

from strongroom.crypto.post_quantum.slh_dsa import SlhDsaKey, require_slh_dsa
from strongroom.lib.errors import Internal, InvalidRequest
from strongroom.lib.hardening import die_with, hide_memory

MOST_SECONDS = 180


class _Order(msgspec.Struct, frozen=True):
    """What the process signs."""

    private: bytes
    """PKCS#8 in DER."""
    messages: list[bytes]
    context: bytes

    def __repr__(self) -> str:
        return "_Order(…)"


def sign_apart(key: SlhDsaKey, messages: list[bytes], context: bytes) -> list[bytes]:
    """The signatures of messages, in their order.  Blocks without the interpreter lock, so call it in a thread.

    Raises:
        InvalidRequest: the key is a public one, or the package is missing.
        Internal: the process failed, or took too long.
    """
    require_slh_dsa()
    private = key.private
    if private is None:
        raise InvalidRequest("there is only the public key, which can't sign")
    order = msgspec.msgpack.encode(_Order(private, messages, context))
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own module
            # -P: with -m, the interpreter would import from the working directory first, which may be anybody's.
            [sys.executable, "-P", "-m", __name__, str(os.getpid())],
            input=order,
            capture_output=True,
            check=True,
            timeout=MOST_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        # Without a cause: that one holds what went into the process.
        raise Internal(detail=f"the process that signs by SLH-DSA failed: {type(error).__name__}") from None
    return msgspec.msgpack.decode(done.stdout, type=list[bytes])


def main() -> None:
    """Sign what comes in by the standard input, and write the signatures to the standard output."""
    hide_memory()
    die_with(int(sys.argv[1]))
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Order)
    key = SlhDsaKey.of_private(order.private)
    signatures = [key.sign(message, order.context) for message in order.messages]
    sys.stdout.buffer.write(msgspec.msgpack.encode(signatures))


if __name__ == "__main__":
    main()
