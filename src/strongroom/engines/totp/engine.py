"""The secrets engine `totp`."""

from __future__ import annotations

from typing import Any

from strongroom.engines.totp import rows
from strongroom.engines.totp.paths.code import CodePaths
from strongroom.engines.totp.paths.keys import KeyPaths
from strongroom.sdk import Engine, Internal, Random, Request, SystemRandom


class Totp(KeyPaths, CodePaths, Engine):
    """Makes the codes of an authenticator app, and checks those that apps make.

    Args:
        random: where generated keys come from.
    """

    type = "totp"
    changes_others = False
    path_parameters = {"name": "The name of a key."}
    secret_answers = frozenset({"barcode", "code", "url"})

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or SystemRandom()

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Forget the used codes of a key that was deleted, now that none of them would count any more."""
        kind, slash, key = name.partition("/")
        if kind + slash != rows.FORGET:
            raise Internal(detail=f"no work of a totp mount is called {name!r}")
        if await rows.key_of(request.view, key) is None:
            request.view.delete(rows.USED + key)
