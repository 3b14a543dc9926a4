"""OpenSSL's OCSP responder, with the index of an authority."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.sim.nginx import started
from tests.sim.pki import Authority, Issued

PROGRAM = shutil.which("openssl")
MISSING = "" if PROGRAM else "needs the Debian package openssl"


@contextlib.contextmanager
def responder(
    folder: Path,
    port: int,
    authority: Authority,
    good: Sequence[Issued],
    revoked: Sequence[Issued],
    signer: Issued | None = None,
    minutes: int = 5,
) -> Iterator[str]:
    """Run it until the block ends.

    Args:
        good, revoked: certificates of the authority.  It doesn't know any others.
        signer: signs responses in place of the authority. minutes: how long a response counts.

    Yields: its URL.
    """
    assert PROGRAM is not None
    folder.mkdir(exist_ok=True)
    authority_file, key = authority.own.files(folder, "authority")
    signer_file, signer_key = signer.files(folder, "signer") if signer is not None else (authority_file, key)
    index = folder / "index.txt"
    index.write_text("".join([_line(each, False) for each in good] + [_line(each, True) for each in revoked]))
    command = [PROGRAM, "ocsp", "-index", str(index), "-port", str(port), "-CA", str(authority_file)]
    command += ["-rsigner", str(signer_file), "-rkey", str(signer_key), "-nmin", str(minutes)]
    # It serves one connection at a time: whoever only looks whether the port is open keeps it waiting.
    with started(command, folder / "ocsp.log", lambda printed: "waiting for OCSP client" in printed):
        yield f"http://127.0.0.1:{port}"


def _line(issued: Issued, is_revoked: bool) -> str:
    """One certificate in the index of OpenSSL's `ca`."""
    end = issued.certificate.not_valid_after_utc.strftime("%y%m%d%H%M%SZ")
    since = datetime.now(UTC).strftime("%y%m%d%H%M%SZ") if is_revoked else ""
    serial = f"{issued.certificate.serial_number:X}"
    serial = serial.zfill(len(serial) + len(serial) % 2)
    name = "/CN=" + issued.certificate.subject.rfc4514_string().removeprefix("CN=")
    return "\t".join(["R" if is_revoked else "V", end, since, serial, "unknown", name]) + "\n"
