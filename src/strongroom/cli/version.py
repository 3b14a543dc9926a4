"""The commands `version` and `version-history`."""

from __future__ import annotations

import os
import sys
from typing import Any

from strongroom.__about__ import API_LEVEL, __version__
from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.render import SecretAnswer
from strongroom.cli.text import go_value, table

_NOTE = """
Note:
Use of this command requires a server running Vault 1.10.0 or greater.
Version tracking was added in 1.9.0. Earlier versions have not been tracked.

"""

_VAULT = "vault"
"""Scripts and test suites that call `vault version` take its second word for the level of the API, and compare it."""


def _version(call: Invocation) -> int:
    if os.path.basename(sys.argv[0]) == _VAULT:  # noqa: PTH119 - a cold start does without pathlib
        call.terminal.out(f"Vault v{API_LEVEL} (Strongroom v{__version__})")
    else:
        call.terminal.out(f"Strongroom v{__version__} (API level {API_LEVEL})")
    return 0


def _history(call: Invocation) -> int:
    with call.doing("Error reading version history: "):
        answer = call.client().list("sys/version-history")
    if answer is None:
        raise Failure("Invalid response returned from server", 2)
    secret = SecretAnswer(answer)
    call.terminal.warn(_NOTE)
    if not call.table:
        return call.document(secret.document())
    data: dict[str, Any] = secret.data or {}
    lines = []
    for version in data.get("keys") or []:
        info = (data.get("key_info") or {}).get(version) or {}
        lines.append((go_value(version), go_value(info.get("timestamp_installed")), go_value(info.get("commit_date"))))
    call.terminal.out(table(("Version", "Installation Time", "Commit Date"), lines, gap=2))
    return 0


COMMANDS = {
    "version": Command("version", "Shows this program's version.", _version, arity=Arity(0, None), http=False),
    "version-history": Command(
        "version-history",
        "Shows which versions the server has run, and since when.",
        _history,
        (FORMAT_ONLY,),
        Arity(0, None),
    ),
}
