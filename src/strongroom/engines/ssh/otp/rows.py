"""Reading and writing the rows of one-time passwords."""

from __future__ import annotations

from strongroom.crypto.mac import sha256
from strongroom.engines.ssh.otp.records import OtpRecord
from strongroom.sdk import View

_OTPS = "otp/"


def digest_of(otp: str) -> str:
    """Under what a password is stored."""
    return sha256(otp.encode("utf-8", "surrogatepass")).hex()


async def otp_of(view: View, digest: str) -> OtpRecord | None:
    """A password that wasn't used yet, or None."""
    return await view.read(_OTPS + digest, OtpRecord)


def keep(view: View, digest: str, record: OtpRecord) -> None:
    """Store a password."""
    view.write(_OTPS + digest, record)


def remove(view: View, digest: str) -> None:
    """Remove a password, if it is still there."""
    view.delete(_OTPS + digest)
