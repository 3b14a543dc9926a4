"""What may stand at the cursor: commands, flags, their values, arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from strongroom.cli import flags, render, table
from strongroom.cli.command import Command
from strongroom.cli.completion.names import Names
from strongroom.cli.flags import Flag
from strongroom.cli.run import load

_TOP = ("-h", "-help", "-version", "-autocomplete-install", "-autocomplete-uninstall")
_FILES = frozenset(
    {"config", "ca-cert", "ca-path", "client-cert", "client-key", "dev-tls-cert-dir", "log-file", "pgp-keys", "pgp-key"}
)
_FIXED: Mapping[str, tuple[str, ...]] = {
    "target": ("barrier", "recovery"),
    "mode": ("orphan", "path"),
    "log-level": ("trace", "debug", "info", "warn", "error"),
    "log-format": ("standard", "json"),
    "listing-visibility": ("unauth", "hidden"),
}
_BY_NAME: Mapping[str, str] = {
    "policy": "policies",
    "role": "token_roles",
    "mount": "kv_mounts",
    "namespace": "namespaces",
}
_ENVELOPES = frozenset({"transit envelope decrypt", "transit envelope encrypt"})
_ANY_PATH = _ENVELOPES | {
    "read",
    "write",
    "patch",
    "delete",
    "list",
    "scan",
    "path-help",
    "token capabilities",
    "transit import",
    "transit import-version",
}
_ARGUMENTS: Mapping[str, str] = {
    "auth disable": "auth_mounts",
    "auth help": "auth_mounts",
    "auth move": "auth_mounts",
    "auth tune": "auth_mounts",
    "auth enable": "auth_types",
    "secrets disable": "secrets_mounts",
    "secrets move": "secrets_mounts",
    "secrets tune": "secrets_mounts",
    "secrets enable": "secrets_types",
    "audit disable": "audit_devices",
    "audit enable": "audit_types",
    "policy delete": "policies",
    "policy read": "policies",
    "policy write": "policies",
    "kv enable-versioning": "kv_mounts",
    "lease list": "leases",
    "lease lookup": "leases",
    "lease renew": "leases",
    "lease revoke": "leases",
    "completion": "shells",
    **{f"namespace {verb}": "namespaces" for verb in ("delete", "list", "lock", "lookup", "patch", "scan", "unlock")},
}
_MEANT_OTHERWISE = ("-", "~", "=", "@")
"""What begins so is no argument where it stands: `-address=…` of somebody who may write names would be a flag."""
_FILE_ARGUMENTS: Mapping[str, int] = {
    "audit query": 0,
    "audit verify": 0,
    "operator snapshot inspect": 0,
    "operator snapshot restore": 0,
    "operator snapshot save": 0,
    "policy fmt": 0,
    "policy write": 1,
    "transit envelope header": 0,
    **dict.fromkeys(_ENVELOPES, 1),
}
"""Commands that take files, and how many arguments stand before these."""


def candidates(words: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """What the last word may become, sorted.

    Args:
        words: those behind the program's name, up to the cursor.
    """
    name, at = _command(words[:-1])
    word = words[-1]
    if name in table.COMMANDS:
        found = _Place(name, load(name), words[at:-1], word, environment).candidates()
    elif word.startswith("-"):
        found = list(_TOP if not name else ("-h", "-help"))
    else:
        found = list(table.children(name)) if name is not None else []
    return sorted({each for each in found if each.startswith(word)})


def _command(words: Sequence[str]) -> tuple[str | None, int]:
    """The command or group that the words name, and how many words that takes; None for one that doesn't exist."""
    name = ""
    for at, word in enumerate(words):
        if word.startswith("-") and not name:
            continue
        name = f"{name} {word}".strip()
        if name in table.COMMANDS:
            return name, at + 1
        if name not in table.GROUPS:
            return None, at + 1
    return name, len(words)


@dataclass(frozen=True, slots=True)
class _Place:
    """The cursor behind a command."""

    name: str
    command: Command
    before: Sequence[str]
    """The words between the command and the cursor."""
    word: str
    environment: Mapping[str, str]

    def candidates(self) -> list[str]:
        known = {name: flag for flag in self.command.flags() for name in (flag.name, *flag.aliases)}
        waiting, arguments = self._read(known)
        if waiting is not None:
            return self._values(waiting, self.word)
        if self.word.startswith("-") and not arguments:
            head, equals, text = self.word.partition("=")
            flag = known.get(head.lstrip("-"))
            if equals and flag is not None:
                return [f"{head}={value}" for value in self._values(flag, text)]
            return ["-h", *(f"-{each.name}" if each.kind == "bool" else f"-{each.name}=" for each in known.values())]
        found = self._arguments(arguments)
        # Whoever has typed the first letter has seen it.
        return found if self.word else [each for each in found if not each.startswith(_MEANT_OTHERWISE)]

    def _read(self, known: Mapping[str, Flag]) -> tuple[Flag | None, list[str]]:
        """The flag whose value stands at the cursor, if one does, and the arguments before the cursor."""
        waiting: Flag | None = None
        for at, word in enumerate(self.before):
            if waiting is not None:
                waiting = None
                continue
            if not word.startswith("-") or word == "-":
                return None, list(self.before[at:])
            flag = known.get(word.lstrip("-"))
            waiting = flag if flag is not None and flag.kind != "bool" else None
        return waiting, []

    def _names(self) -> Names:
        given = list(self.before)
        while True:
            try:
                parsed = flags.parse(self.command.flags(), given, self.environment)
                break
            except flags.FlagError:
                # The line isn't finished; what can be read so far counts.
                if not given:
                    parsed = flags.parse(self.command.flags(), [], self.environment)
                    break
                given.pop()
        return Names(parsed, self.environment)

    def _values(self, flag: Flag, text: str) -> list[str]:
        if flag.kind == "bool":
            return ["true", "false"]
        if flag.name == "format":
            return [form for form in render.FORMATS if form != "raw" or self.command.raw]
        if flag.name == "method" and self.name == "login":
            from strongroom.cli.login.table import names  # noqa: PLC0415 - only this flag needs them

            return names()
        if flag.name == "path" and self.name == "login":
            return self._names().auth_mounts("")
        if flag.name in _FIXED:
            return list(_FIXED[flag.name])
        if flag.name in _FILES:
            return files(text)
        lookup = _BY_NAME.get(flag.name)
        return getattr(self._names(), lookup)("") if lookup else []

    def _arguments(self, arguments: list[str]) -> list[str]:
        if arguments and "=@" in self.word:
            head, _, path = self.word.partition("=@")
            return [f"{head}=@{each}" for each in files(path)]
        if arguments and self.word.startswith("@"):
            return [f"@{each}" for each in files(self.word[1:])]
        if len(arguments) >= _FILE_ARGUMENTS.get(self.name, len(arguments) + 1):
            return files(self.word)
        if self.name == "token capabilities" or not arguments:
            if self.name in _ANY_PATH:
                return self._names().paths(self.word)
            if self.name.startswith("kv ") and self.name != "kv enable-versioning":
                return self._names().kv_paths(self.word)
            if lookup := _ARGUMENTS.get(self.name):
                found: list[str] = getattr(self._names(), lookup)(self.word)
                return found
        return []


def files(prefix: str) -> list[str]:
    """The files and folders whose path begins with `prefix`; a folder ends in a slash."""
    folder, _, begun = prefix.rpartition("/")
    place = os.path.expanduser(f"{folder}/" if "/" in prefix else ".")  # noqa: PTH111 - pathlib is slow to import
    try:
        found = [(entry.name, entry.is_dir()) for entry in os.scandir(place)]
    except OSError:
        return []
    shown = [(name, below) for name, below in found if name.startswith(begun) and (begun or not name.startswith("."))]
    head = prefix.removesuffix(begun) if begun else prefix
    return [f"{head}{name}/" if below else f"{head}{name}" for name, below in shown]
