"""The names and flags of commands until 2018, turned into today's.  (p)

Source: https://developer.hashicorp.com/vault/docs/release-notes, 0.9.2 (commands were grouped there)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_RENAMED = {
    "audit-disable": "audit disable",
    "audit-enable": "audit enable",
    "audit-list": "audit list",
    "auth-disable": "auth disable",
    "auth-enable": "auth enable",
    "capabilities": "token capabilities",
    "generate-root": "operator generate-root",
    "init": "operator init",
    "key-status": "operator key-status",
    "methods": "auth list",
    "mount": "secrets enable",
    "mount-tune": "secrets tune",
    "mounts": "secrets list",
    "policies": "policy list",
    "policy-delete": "policy delete",
    "policy-write": "policy write",
    "rekey": "operator rekey",
    "remount": "secrets move",
    "renew": "lease renew",
    "revoke": "lease revoke",
    "rotate": "operator rotate",
    "seal": "operator seal",
    "step-down": "operator step-down",
    "token-create": "token create",
    "token-lookup": "token lookup",
    "token-renew": "token renew",
    "token-revoke": "token revoke",
    "unmount": "secrets disable",
    "unseal": "operator unseal",
}
_MOVED_FLAGS: Mapping[str, Mapping[str, str]] = {
    "audit-enable": {"id": "path"},
    "generate-root": {"genotp": "generate-otp"},
    "init": {"check": "status"},
    "rekey": {"retrieve": "backup-retrieve", "delete": "backup-delete"},
    "token-create": {"lease": "ttl"},
}
"""By the old command: its flags that have another name today."""
_RENEWING = frozenset({"renew", "token-renew"})
_SECONDS = re.compile(r"[0-9]+|([0-9]+(\.[0-9]+)?(h|m|s))+")


def translate(name: str, words: Sequence[str]) -> tuple[str, list[str]]:
    """Today's command and words for an old name and its words."""
    moved = _MOVED_FLAGS.get(name, {})
    changed = [_renamed(word, moved) for word in words]
    if name == "rekey":
        changed = [_of_recovery(word) for word in changed]
    if name in _RENEWING and len(changed) > 1 and _SECONDS.fullmatch(changed[-1]) and changed[-2][:1] != "-":
        # The time came after the lease or token, without a flag.
        changed = [f"-increment={changed[-1]}", *changed[:-1]]
    arguments = [word for word in changed if not word.startswith("-")]
    if name == "policies" and arguments:
        return "policy read", changed
    return _RENAMED[name], changed


def _renamed(word: str, moved: Mapping[str, str]) -> str:
    flag, equals, value = word.partition("=")
    today = moved.get(flag.lstrip("-")) if flag.startswith("-") else None
    return f"-{today}{equals}{value}" if today else word


def _of_recovery(word: str) -> str:
    return "-target=recovery" if word.lstrip("-") in {"recovery-key", "recovery-key=true"} else word


_TOKEN_FORM = re.compile(r"(hv[sbr]|[sbr])\..+|[0-9a-f-]{32,}|root|-|.*=.*|\S{20,}")


def login_words(words: Sequence[str]) -> tuple[str, list[str]] | None:
    """What the old `auth` command meant: logging in, or with flags of its own listing and helping.

    Returns: today's command and its words; None when the words name no subcommand of today's group, but don't look
        like a login either: a mistyped subcommand must not be sent to a server as a token.
    """
    bare = [word.lstrip("-") for word in words]
    if "methods" in bare:
        return "auth list", []
    method = [word.removeprefix("method=") for word in bare if word.startswith("method=")]
    if "method-help" in bare and method:
        return "auth help", method
    arguments = [word for word in words if not word.startswith("-") or word == "-"]
    if method or (arguments and _TOKEN_FORM.fullmatch(arguments[0])):
        return "login", [word for word in words if word.lstrip("-").partition("=")[0] != "no-verify"]
    return None
