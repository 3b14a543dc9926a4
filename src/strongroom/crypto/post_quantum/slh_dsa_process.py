"""Makes SLH-DSA keys and signatures in a process of its own: they take up to seconds, and hold the interpreter lock.

The process is this program's own interpreter, and lives for one order.  It gets keys and gives them by pipes, and
nobody else can read its memory.  It ends when it has answered, or when this process ends.
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
    """What the process makes: a key of a parameter set, or signatures by a key."""

    parameter_set: str = ""
    private: bytes = b""
    """PKCS#8 in DER."""
    messages: list[bytes] = []
    context: bytes = b""

    def __repr__(self) -> str:
        return "_Order(…)"


def generate_apart(parameter_set: str) -> SlhDsaKey:
    """A new key pair.  Blocks without the interpreter lock, so call it in a thread.

    Raises:
        InvalidRequest: the package is missing.
        Internal: the process failed, or took too long.
    """
    require_slh_dsa()
    [private] = _carried_out(_Order(parameter_set=parameter_set))
    return SlhDsaKey.of_private(private)


def sign_apart(key: SlhDsaKey, messages: list[bytes], context: bytes) -> list[bytes]:
    """The signatures of messages, in their order.  Blocks without the interpreter lock, so call it in a thread.

    Raises:
        InvalidRequest: the key is a public one, or the package is missing.
        Internal: the process failed, or took too long; the halves of the key don't belong together.
    """
    require_slh_dsa()
    private = key.private
    if private is None:
        raise InvalidRequest("there is only the public key, which can't sign")
    return _carried_out(_Order(private=private, messages=messages, context=context))


def check_halves_apart(key: SlhDsaKey) -> None:
    """Raise `InvalidRequest` unless the halves of a private key from outside belong together, by a trial signature.

    Blocks without the interpreter lock, so call it in a thread.
    """
    try:
        sign_apart(key, [b""], b"")
    except Internal as error:
        raise InvalidRequest("the halves of the SLH-DSA private key don't belong together") from error


def _carried_out(order: _Order) -> list[bytes]:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own module
            # -P: with -m, the interpreter would import from the working directory first, which may be anybody's.
            [sys.executable, "-P", "-m", __name__, str(os.getpid())],
            input=msgspec.msgpack.encode(order),
            capture_output=True,
            check=True,
            timeout=MOST_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        # The cause would carry what went into the process.
        raise Internal(detail=f"the process that works with SLH-DSA failed: {last}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        # Without a cause: that one holds what went into the process.
        raise Internal(detail=f"the process that works with SLH-DSA failed: {type(error).__name__}") from None
    return msgspec.msgpack.decode(done.stdout, type=list[bytes])


def main() -> None:
    """Carry out the order on the standard input, and write what was made to the standard output."""
    hide_memory()
    die_with(int(sys.argv[1]))
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Order)
    if order.parameter_set:
        made = [SlhDsaKey.generate(order.parameter_set).private or b""]
    else:
        key = SlhDsaKey.of_private(order.private)
        made = [key.sign(message, order.context) for message in order.messages]
    sys.stdout.buffer.write(msgspec.msgpack.encode(made))


if __name__ == "__main__":
    main()
