"""Digests of names, for the keys of rows: keys are stored in clear, and names of clients stand in none."""

from __future__ import annotations

from typing import Final

from strongroom.crypto.mac import HmacSha256
from strongroom.engines.pki.certificates.records import DigestKey
from strongroom.sdk import Random, Request, View

_ROW: Final = "cert-digest-key"
_KEY_BYTES: Final = 32
_DIGEST_BYTES: Final = 16


class Digests:
    """Makes digests with the key of a mount."""

    __slots__ = ("_digest",)

    def __init__(self, key: bytes) -> None:
        self._digest = HmacSha256(key)

    def of(self, *parts: str) -> str:
        """A digest in hexadecimal; other parts have another one."""
        text = "\0".join((str(len(parts)), *parts))
        return self._digest(text.encode("utf-8", "surrogatepass"))[:_DIGEST_BYTES].hex()

    def of_name(self, name: str) -> str:
        """The digest of a name, whose case doesn't count."""
        return self.of("name", name.lower())


async def digests_of(view: View) -> Digests | None:
    """Digests with the mount's key; None if it has none yet, so that nothing was stored by a digest."""

    async def build(committed: View) -> Digests | None:
        found = await committed.read(_ROW, DigestKey)
        return Digests(found.key) if found is not None else None

    return await view.derived("pki-digests", build)


async def made_digests(request: Request, random: Random) -> Digests:
    """The same, with a new key if the mount has none yet."""
    found = await digests_of(request.view)
    if found is not None:
        return found
    own = await request.view.read(_ROW, DigestKey)
    if own is None:
        own = DigestKey(key=request.once("digest key", lambda: random.bytes(_KEY_BYTES)))
        request.view.write(_ROW, own)
    return Digests(own.key)
