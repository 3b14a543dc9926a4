"""Makes a method from a configuration, with a server that gives prepared answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from strongroom.agent.config.reading import parse_config
from strongroom.agent.methods.method import Basis, LoginMethod, LoginRequest
from strongroom.agent.methods.table import given_by, maker_of, mount_of
from strongroom.client.settings import Tls


@dataclass
class Answers:
    """A server that was given its answers, and keeps what it was asked."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def ask(self, method: str, path: str, *, token: str = "", body: Any = None) -> Any:
        """The answer for a verb and a path."""
        self.asked.append((f"{method} {path}", token))
        answer = self.answers[f"{method} {path}"]
        if isinstance(answer, Exception):
            raise answer
        return answer


def make(
    type_: str,
    options: str,
    directory: Path | None = None,
    *,
    server: Answers | None = None,
    environment: Mapping[str, str] | None = None,
    tls: Tls | None = None,
    more: str = "",
) -> LoginMethod:
    """A method.

    Args:
        options: its `config`, in which `@` is the directory.
        more: what else stands in `method`.

    Raises: `ConfigError`.
    """
    text = f'auto_auth {{ method "{type_}" {{ {more}\n config = {{ {options} }} }} }}'
    config = parse_config(text.replace("@", str(directory)), "agent.hcl")
    assert config.auto_auth is not None
    method = config.auto_auth.method
    basis = Basis(given_by(method), mount_of(method), environment or {}, server or Answers(), tls or Tls())
    return maker_of(method)(basis)


def request_of(method: LoginMethod) -> LoginRequest:
    """The request of a login, which the server then answers."""

    async def once() -> LoginRequest:
        request = await method.login()
        await method.used()
        return request

    return asyncio.run(once())
