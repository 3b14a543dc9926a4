"""Where the command line keeps its token between commands: `~/.vault-token`, or a program of the user's choice.

Source: https://developer.hashicorp.com/vault/docs/commands/token-helper
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from typing import Protocol

from strongroom.client.errors import describe
from strongroom.client.private_file import replace_private
from strongroom.client.settings import named

_FILE_NAME = ".vault-token"
_CONFIG_NAMES = (".bao", ".vault")


class TokenStoreError(Exception):
    """The token can't be read, kept or removed."""


class TokenStore(Protocol):
    """What keeps a token."""

    def get(self) -> str:
        """The token, empty when there is none.  Raises `TokenStoreError`."""
        ...

    def put(self, token: str) -> None:
        """Keep a token in place of the one before.  Raises `TokenStoreError`."""
        ...


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


class FileStore:
    """A file that only its owner can read.

    Args:
        path: the file.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def get(self) -> str:
        """The file's text without blanks around it; empty when there is no file."""
        try:
            # Bytes that are no text make no token, but it is the server's to say so.
            with open(self._path, encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123 - slow import
                return file.read().strip()
        except FileNotFoundError:
            return ""
        except OSError as error:
            verb = "read" if isinstance(error, IsADirectoryError) else "open"
            raise TokenStoreError(f"{verb} {self._path}: {_reason(error)}") from error

    def put(self, token: str) -> None:
        """Replace the file in one step, so that nobody ever reads half a token."""
        try:
            replace_private(self._path, token.encode())
        except OSError as error:
            step = f"rename {error.filename} {self._path}" if error.filename2 else f"open {error.filename}"
            raise TokenStoreError(f"{step}: {_reason(error)}") from error


class ProgramStore:
    """A program that is called with `get` or `store`, and gets the token on its standard input.

    Args:
        program: its path and arguments, as a shell takes them.
    """

    def __init__(self, program: str) -> None:
        self._program = program

    def _run(self, operation: str, text: str) -> str:
        import subprocess  # noqa: PLC0415 - only those who have such a program pay for the import

        try:
            # The program comes from the user's own configuration and is a shell line by its definition.
            done = subprocess.run(  # noqa: S602
                f"{self._program} {operation}",
                shell=True,
                input=text,
                capture_output=True,
                check=False,
                encoding="utf-8",
                errors="surrogateescape",
            )
        except OSError as error:
            raise TokenStoreError(str(error)) from error
        if done.returncode:
            # A program that repeats its input, as one with `set -x` does, must not show the token by our mouth.
            said = (done.stderr.replace(text, "<token>") if text else done.stderr).strip()
            complaint = f": {said}" if said else ""
            raise TokenStoreError(f"{self._program} {operation}: exit status {done.returncode}{complaint}")
        return done.stdout

    def get(self) -> str:
        """What the program prints for `get`."""
        return self._run("get", "").strip()

    def put(self, token: str) -> None:
        """Hand the token to the program's `store`."""
        self._run("store", token)


def _program(path: str) -> str:
    """The program that a configuration names, empty when there is none, or no configuration.

    Raises: `TokenStoreError` for a configuration that isn't one: a token mustn't be kept in a file because the line
        that says otherwise was mistyped.
    """
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as above
            source = file.read()
    except (FileNotFoundError, IsADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = describe(error) if isinstance(error, OSError) else str(error)
        raise TokenStoreError(f"error reading config file at {path}: {reason}") from error
    from strongroom.lib.hcl import HclError, parse, plain  # noqa: PLC0415 - hardly anybody has such a file

    try:
        settings = plain(parse(source))
    except HclError as error:
        raise TokenStoreError(f'error parsing config file at "{path}": {error}') from error
    unknown = [name for name in settings if name != "token_helper"] if isinstance(settings, dict) else []
    if unknown or not isinstance(settings, dict):
        raise TokenStoreError(f'error parsing config file at "{path}": invalid key "{", ".join(unknown)}"')
    return str(settings.get("token_helper", ""))


def open_store(environment: Mapping[str, str]) -> TokenStore:
    """The store that the configuration names (`…_CONFIG_PATH`, `~/.bao` or `~/.vault`), else the file of one's own.

    Raises: `TokenStoreError` when such a file can't be read.
    """
    home = environment.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir
    given = named(environment, "CONFIG_PATH")[1]
    for config in [given] if given else [f"{home}/{name}" for name in _CONFIG_NAMES]:
        if program := _program(config):
            return ProgramStore(program)
    return FileStore(named(environment, "TOKEN_PATH")[1] or f"{home}/{_FILE_NAME}")
