"""What an auth method is for the command line: what it reads, and how it gets from that to a token.

Source: https://developer.hashicorp.com/vault/docs/commands/login
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from strongroom.cli import PROGRAM
from strongroom.client.client import Client

Answer = dict[str, Any]
"""A login's answer as the API gives it; what a finished login brought is in `auth`."""


class Field(NamedTuple):
    """A name that can be given on the command line (`name=value`).

    Args:
        meaning: what it is, in sentences.
        kind: of its value, as help shows it.
    """

    meaning: str
    kind: str = "string"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login: what was given, and the ways to ask a person and the server.

    Args:
        mount: the auth method's path below `auth/`.
        given: the words of the command line, by name.
        client: a client without a token.
        environment: the process's environment.
        ask: asks the person at the terminal for what has this name, with this question; the answer isn't shown.
        say: shows a line on standard error.
        previews: whether requests are shown instead of sent; then nothing else may happen either.
    """

    mount: str
    given: Mapping[str, Any] = field(repr=False)
    client: Client
    environment: Mapping[str, str] = field(repr=False)
    ask: Callable[[str, str], str]
    say: Callable[[str], None]
    previews: bool = False

    def text(self, name: str, default: str = "") -> str:
        """A given text, or the default.  (p)"""
        return str(self.given.get(name) or default)

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Write below the mount.  Raises `ClientError`."""
        return dict(self.client.write(f"auth/{self.mount}/{path}", dict(sorted(body.items()))) or {})


LogIn = Callable[[Attempt], Answer]
"""Logs in.  Raises `LoginError`, and `ClientError` as requests do."""


@dataclass(frozen=True, slots=True)
class Method:
    """One way to log in.

    Args:
        about: what it proves, in a sentence.
        example: what stands behind `login -method=…`.
        fields: what can be given.
        log_in: does it.
        closed: whether nothing else can be given; otherwise the server is sent what this program doesn't know.
    """

    about: str
    example: str
    fields: Mapping[str, Field]
    log_in: LogIn
    closed: bool = False

    def help_text(self, name: str) -> str:
        """How to log in by this method, which is called `name`.  (p)"""
        lines = [f"Usage: {PROGRAM} login -method={name} [CONFIG K=V...]", "", f"  {self.about}", ""]
        lines += ["  For example:", "", f"      $ {PROGRAM} login -method={name} {self.example}".rstrip()]
        if self.fields:
            lines += ["", "Configuration:"]
        for key, each in sorted(self.fields.items()):
            lines += ["", f"  {key}=<{each.kind}>", f"      {each.meaning}"]
        return "\n".join(lines)
