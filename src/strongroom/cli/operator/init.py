"""The command `operator init`."""

from __future__ import annotations

import os
from typing import Any

from strongroom.cli import PROGRAM
from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.text import wrap


def pgp_keys(call: Invocation, name: str) -> list[str] | None:
    """The public keys that a flag's files hold, in base64; None when the flag isn't given.  Raises `Failure`."""
    keys: list[str] = []
    for path in (part.strip() for text in call.flags.many(name) for part in text.split(",")):
        if not path:
            continue
        try:
            with open(os.path.expanduser(path.removeprefix("@")), "rb") as file:  # noqa: PTH111, PTH123 - slow import
                keys.append(_key_text(file.read()))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise Failure(f'invalid value "{path}" for flag -{name}: open {path}: {reason}') from error
    return keys or None


def _key_text(content: bytes) -> str:
    from base64 import b64encode  # noqa: PLC0415 - only those with keys need it

    text = content.strip()
    if text.isascii() and all(chr(letter).isalnum() or letter in b"+/=\r\n" for letter in text):
        return text.decode()
    if text.startswith(b"-----BEGIN"):
        lines = text.decode("ascii", "replace").splitlines()
        start = lines.index("") + 1 if "" in lines else 1
        return "".join(line for line in lines[start:-1] if not line.startswith("="))
    return b64encode(content).decode()


def _status(call: Invocation) -> int:
    with call.doing("Error checking initialization status: ", 1):
        initialized = bool((call.client().read("sys/init") or {}).get("initialized"))
    code = 0 if initialized else 2
    if not call.table:
        call.document({"Initialized": initialized})
        return code
    call.terminal.out("Vault is initialized" if initialized else "Vault is not initialized")
    return code


def _auto_unsealed(call: Invocation) -> bool:
    """Whether the server's seal opens by itself, and the shares are then for recovery."""
    if call.previews():
        return False
    with call.doing("Error checking seal status: "):
        status = call.client().read("sys/seal-status") or {}
    return bool(status.get("recovery_seal"))


def _body(call: Invocation, *, recovery: bool) -> dict[str, Any]:
    flags = call.flags

    def count(name: str, default: int, *, active: bool) -> int:
        if flags.given(name):
            return flags.number(name)
        return default if active else 0

    root_keys = pgp_keys(call, "root-token-pgp-key")
    return {
        "secret_shares": count("key-shares", 5, active=not recovery),
        "secret_threshold": count("key-threshold", 3, active=not recovery),
        "pgp_keys": pgp_keys(call, "pgp-keys"),
        "recovery_shares": count("recovery-shares", 5, active=recovery),
        "recovery_threshold": count("recovery-threshold", 3, active=recovery),
        "recovery_pgp_keys": pgp_keys(call, "recovery-pgp-keys"),
        "root_token_pgp_key": root_keys[0] if root_keys else "",
    }


def _document(body: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "unseal_keys_b64": answer.get("keys_base64") or [],
        "unseal_keys_hex": answer.get("keys") or [],
        "unseal_shares": body["secret_shares"],
        "unseal_threshold": body["secret_threshold"],
        "recovery_keys_b64": answer.get("recovery_keys_base64"),
        "recovery_keys_hex": answer.get("recovery_keys"),
        "recovery_keys_shares": body["recovery_shares"],
        "recovery_keys_threshold": body["recovery_threshold"],
        "root_token": answer.get("root_token"),
    }


def _show(call: Invocation, body: dict[str, Any], answer: dict[str, Any]) -> None:
    out = call.terminal.out
    for label, name in (("Unseal", "keys_base64"), ("Recovery", "recovery_keys_base64")):
        for number, key in enumerate(answer.get(name) or [], 1):
            out(f"{label} Key {number}: {key}")
    out("")
    out(f"Initial Root Token: {answer.get('root_token')}")
    shares, threshold = body["secret_shares"], body["secret_threshold"]
    out("")
    if answer.get("recovery_keys_base64"):
        shares, threshold = body["recovery_shares"], body["recovery_threshold"]
        out("Success! Vault is initialized\n")
        out(
            wrap(
                f"Recovery key initialized with {shares} key shares and a key threshold of {threshold}. Please "
                "securely distribute the key shares printed above."
            )
        )
        return
    out(
        wrap(
            f"Vault initialized with {shares} key shares and a key threshold of {threshold}. Please securely "
            "distribute the key shares printed above. When the Vault is re-sealed, restarted, or stopped, you must "
            f"supply at least {threshold} of these keys to unseal it before it can start servicing requests."
        )
    )
    out("")
    out(
        wrap(
            f"Vault does not store the generated root key. Without at least {threshold} keys to reconstruct the root "
            "key, Vault will remain permanently sealed!"
        )
    )
    out("")
    out(
        "It is possible to generate new unseal keys, provided you have a quorum\n"
        f'of existing unseal keys shares. See "{PROGRAM} operator rotate-keys" for more\ninformation.'
    )


def _init(call: Invocation) -> int:
    if call.flags.on("status"):
        return _status(call)
    body = _body(call, recovery=_auto_unsealed(call))
    with call.doing("Error initializing: "):
        answer = call.client().write("sys/init", body) or {}
    if not call.table:
        return call.document(_document(body, answer))
    _show(call, body, answer)
    return 0


COMMANDS = {
    "operator init": Command(
        "operator init [options]",
        "Initializes a server: makes its keys and a first root token. The key shares are shown once, here.\n\n"
        "$ strongroom operator init -key-shares=5 -key-threshold=3",
        _init,
        (
            FORMAT_ONLY,
            Group(
                "Common Options",
                (
                    Flag("key-shares", "How many key shares to make; 5 by default.", "int", aliases=("n",)),
                    Flag("key-threshold", "How many of them unseal; 3 by default.", "int", aliases=("t",)),
                    Flag("pgp-keys", "Files of PGP keys to encrypt the shares with.", "strings"),
                    Flag("root-token-pgp-key", "A file of the PGP key to encrypt the root token with.", "strings"),
                    Flag("status", "Only say whether the server is initialized.", "bool"),
                ),
            ),
            Group(
                "Auto Unseal Options",
                (
                    Flag("recovery-pgp-keys", "Files of PGP keys to encrypt the recovery shares with.", "strings"),
                    Flag("recovery-shares", "How many recovery shares to make; 5 by default.", "int"),
                    Flag("recovery-threshold", "How many of them are needed; 3 by default.", "int"),
                ),
            ),
        ),
        Arity(),
        once=True,
    ),
}
