"""A key of the transit engine, asked by HTTP.  The key itself never leaves the server.

A cell is a text or a ciphertext with its context.  From each context the server derives a key of its own, so that
what was encrypted with one context can't be decrypted with another.
"""

from __future__ import annotations

import base64
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any, NamedTuple

PATIENCE_S = (0.5, 1, 2, 4, 8)
"""Pauses before a question is asked again, if the server doesn't answer it.  What is asked again here does no harm."""


class Away(Exception):
    """Strongroom doesn't answer, or can't: asking again later may help."""


class Refused(Exception):
    """Strongroom doesn't allow that, or can't decrypt that.  Asking again would not change it."""


class Cell(NamedTuple):
    """One value of a table.

    Attributes:
        context: what names its place; nothing secret.
        value: a text, or its ciphertext.
    """

    context: str
    value: str


class TransitKey:
    """One key.  All its methods raise `Away` and `Refused`."""

    def __init__(self, address: str, token: str, name: str) -> None:
        self._address, self._token, self._name = address, token, name

    def latest_version(self) -> int:
        """Which version encrypts."""
        return int(self._settings()["latest_version"])

    def check(self) -> None:
        """See that the key derives others.  A key that doesn't ignores contexts, and says nothing."""
        if not self._settings()["derived"]:
            raise Refused(f"the key {self._name} was not created with derived=true")

    def rotate(self) -> int:
        """Make a new version; its number."""
        self._ask("POST", f"transit/keys/{self._name}/rotate", {}, patience=())  # asked twice, it would rotate twice
        return self.latest_version()

    def encrypt(self, cells: Sequence[Cell]) -> list[str]:
        """The ciphertexts of all texts, or none."""
        items = [{"plaintext": _base64(text), "context": _base64(context)} for context, text in cells]
        return _all(self._batch("encrypt", items, "ciphertext"))

    def decrypt(self, cells: Sequence[Cell]) -> list[str | Refused]:
        """The text of each ciphertext, or why there is none."""
        items = [{"ciphertext": text, "context": _base64(context)} for context, text in cells]
        found = self._batch("decrypt", items, "plaintext")
        return [one if isinstance(one, Refused) else base64.b64decode(one).decode() for one in found]

    def rewrap(self, cells: Sequence[Cell]) -> list[str | Refused]:
        """Each ciphertext's text, encrypted with the latest version.  The texts stay in the server."""
        items = [{"ciphertext": text, "context": _base64(context)} for context, text in cells]
        return self._batch("rewrap", items, "ciphertext")

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = self._ask("GET", f"transit/keys/{self._name}")["data"]
        return settings

    def _batch(self, operation: str, items: list[dict[str, str]], wanted: str) -> list[str | Refused]:
        if not items:  # the server takes that for a mistake
            return []
        answer = self._ask("POST", f"transit/{operation}/{self._name}", {"batch_input": items})
        results = answer["data"]["batch_results"]
        return [Refused(result["error"]) if result.get("error") else result[wanted] for result in results]

    def _ask(
        self, verb: str, path: str, body: dict[str, Any] | None = None, patience: Sequence[float] = PATIENCE_S
    ) -> dict[str, Any]:
        for pause in patience:
            try:
                return self._ask_once(verb, path, body)
            except Away:
                time.sleep(pause)
        return self._ask_once(verb, path, body)

    def _ask_once(self, verb: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        request = urllib.request.Request(f"{self._address}/v1/{path}", method=verb)  # noqa: S310 - its own server
        request.add_header("X-Vault-Token", self._token)
        try:
            status, content = _sent(request, None if body is None else json.dumps(body).encode())
        except (OSError, http.client.HTTPException) as error:
            raise Away(str(error)) from error
        if status < 400 or b'"batch_results"' in content:  # of a batch, each item says whether it failed
            found: dict[str, Any] = json.loads(content or b"{}")
            return found
        kind = Away if status >= 500 or status == 429 else Refused
        raise kind(f"{status}: {content[:1000].decode(errors='replace').strip()}")


def _sent(request: urllib.request.Request, content: bytes | None) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(request, content, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def _all(found: list[str | Refused]) -> list[str]:
    for one in found:
        if isinstance(one, Refused):
            raise one
    return [one for one in found if isinstance(one, str)]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
