"""A mount of the engine, and what tests ask of it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from strongroom.engines.pki import Pki
from strongroom.sdk import Operation, Response
from strongroom.testing.clock import SetClock
from tests.flow.harness import Mounted


class Authority:
    """A mount with a root, and what clients ask of it."""

    def __init__(self, mount: Mounted) -> None:
        self.mount = mount

    @classmethod
    async def new(cls, **root: Any) -> Authority:
        """A mount with a root whose key is on the curve P-256, and which lasts for years."""
        authority = await cls.empty()
        end = {} if {"ttl", "not_after"} & root.keys() else {"not_after": "2030-01-01T00:00:00Z"}
        await authority.write("root/generate/internal", **{"common_name": "Root", "key_type": "ec", **end, **root})
        return authority

    @classmethod
    async def empty(cls) -> Authority:
        """A mount without an issuer."""
        return cls(await Mounted.new(Pki(), {}))

    async def patch(self, path: str, **fields: Any) -> dict[str, Any]:
        """The data of what a patch answers."""
        response = await self.mount.ask(Operation.PATCH, path, fields)
        assert response is not None
        return response.data or {}

    async def delete(self, path: str) -> list[str]:
        """The warnings of what a deletion answers."""
        response = await self.mount.ask(Operation.DELETE, path, {})
        return response.warnings if response is not None else []

    async def write(self, path: str, **fields: Any) -> dict[str, Any]:
        """The data of what a write answers."""
        response = await self.mount.ask(Operation.UPDATE, path, fields)
        return response.data or {} if response is not None else {}

    async def answer(self, path: str, **fields: Any) -> Response:
        """What a write answers, as a whole."""
        response = await self.mount.ask(Operation.UPDATE, path, fields)
        assert response is not None
        return response

    async def read(self, path: str, **fields: Any) -> dict[str, Any]:
        """The data of what a read answers."""
        response = await self.mount.ask(Operation.READ, path, fields)
        assert response is not None and response.data is not None
        return response.data


def openssl(*arguments: str, given: str = "") -> str:
    """What `openssl` prints.  Fails the test if it fails."""
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def verified(directory: Path, leaf: str, root: str, *options: str) -> str:
    """What `openssl verify` says of a certificate in PEM under a root, at the time of the tests' clock."""
    (directory / "root.pem").write_text(root + "\n")
    (directory / "leaf.pem").write_text(leaf + "\n")
    at = ("-attime", str(int(SetClock().now())))
    return openssl(
        "verify", *at, *options, "-x509_strict", "-CAfile", str(directory / "root.pem"), str(directory / "leaf.pem")
    )
