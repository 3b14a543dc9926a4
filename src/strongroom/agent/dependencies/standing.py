"""Whether a certificate is still what a new one would be: not revoked, and of the mount's present authority."""

from __future__ import annotations

from typing import Final

from strongroom.agent.dependencies.asking import Asking
from strongroom.agent.dependencies.certificate import Pems
from strongroom.agent.dependencies.dependency import Dependency
from strongroom.client.errors import ResponseError
from strongroom.crypto.pem_texts import contents_of
from strongroom.template.values import Number

GOOD: Final = ""


class Standing:
    """Looks certificates up."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._of_default: set[str] = set()
        """Serial numbers of certificates that the mount's default authority had issued when they were first seen."""

    async def fault(self, dependency: Dependency, pems: Pems, token: str) -> str:
        """Why another certificate is needed; empty if it isn't, or if the server doesn't tell.

        Raises: `ClientError` if the server is away.
        """
        mount = await self._asking.mount(dependency.path, token)
        if mount is None:
            return GOOD
        try:
            answer = await self._asking.ask(f"{mount.path}cert/{pems.serial}", token)
            revoked_at = answer.data.get("revocation_time")
            if isinstance(revoked_at, Number) and revoked_at != "0":
                return "it was revoked"
            return self._other_authority(pems, (await self._asking.ask(f"{mount.path}cert/ca", token)).data)
        except ResponseError as error:
            if error.status >= 500:
                raise
            return GOOD  # One that isn't stored, or of another engine.

    def _other_authority(self, pems: Pems, data: object) -> str:
        """Whether the default authority is another one now.  A role may name its own; then it never was the default."""
        certificate = data.get("certificate") if isinstance(data, dict) else None
        found = contents_of(certificate).certificates if isinstance(certificate, str) else ()
        if not found or not pems.own_ca:
            return GOOD
        if found[0].pem == pems.own_ca:
            self._of_default.add(pems.serial)
            return GOOD
        return "its mount has another authority now" if pems.serial in self._of_default else GOOD
