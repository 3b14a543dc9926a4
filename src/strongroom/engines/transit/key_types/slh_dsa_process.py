"""Makes SLH-DSA keys in a process of their own.

The package that makes them holds the interpreter's lock for up to a fifth of a second, in which no other thread of the
process would run, the event loop's neither.  The process is this program's own interpreter, whose memory nobody else
can read; it ends when it has written the key to its pipe, or when this process ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final

from strongroom.crypto.post_quantum import SlhDsaKey, require_slh_dsa
from strongroom.lib.errors import Internal

_PROGRAM: Final = """
import sys
from strongroom.lib.hardening import die_with, hide_memory
hide_memory()
die_with(int(sys.argv[1]))
from strongroom.crypto.post_quantum import SlhDsaKey
sys.stdout.buffer.write(SlhDsaKey.generate(sys.argv[2]).private)
"""
_TIMEOUT_S: Final = 60


def generate(parameter_set: str) -> SlhDsaKey:
    """A new key pair.  This blocks, without the interpreter's lock, so it is called in a thread.

    Raises:
        InvalidRequest: the package is missing.
        Internal: the process failed, or took longer than a minute.
    """
    require_slh_dsa()
    # -P: with -c, the interpreter would import from the working directory first, which may be anybody's.
    command = [sys.executable, "-P", "-c", _PROGRAM, str(os.getpid()), parameter_set]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own program
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT_S, check=True
        )
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        # The cause would carry what the process wrote: perhaps a key.
        raise Internal(detail=f"an SLH-DSA key could not be made: {last}") from None
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Internal(detail=f"the process that makes an SLH-DSA key: {type(error).__name__}") from None
    return SlhDsaKey.of_private(done.stdout)
