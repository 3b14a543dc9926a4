"""Logins of a single request: what is given goes into the body, what is missing is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from strongroom.cli.login.method import Answer, Attempt
from strongroom.client.login.error import LoginError
from strongroom.client.settings import named


@dataclass(frozen=True, slots=True)
class Post:
    """A login by one request.

    Args:
        path: below the mount; may hold a needed name in braces, which then isn't in the body.
        needs: names that must be given.
        questions: what to ask for a needed name that isn't given.
        variables: the setting (`AUTH_GITHUB_TOKEN`, with this program's prefixes before it) for a needed name.
        fallbacks: variables of the system that stand for a needed name, the first that is set.
    """

    path: str = "login"
    needs: tuple[str, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    fallbacks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, attempt: Attempt) -> Answer:
        """Log in.  Raises `LoginError`, `ClientError`."""
        return attempt.post(*self.request(attempt))

    def request(self, attempt: Attempt) -> tuple[str, dict[str, Any]]:
        """The path below the mount and the body; asks for what is missing.  Raises `LoginError`."""
        body = dict(attempt.given)
        for name in self.needs:
            if not body.get(name):
                body[name] = self._found(name, attempt)
            if not body[name]:
                raise LoginError(f"'{name}' must be specified")
        path = self.path
        for name in self.needs:
            if (marker := "{" + name + "}") in path:
                path = path.replace(marker, str(body.pop(name)))
        return path, body

    def _found(self, name: str, attempt: Attempt) -> str:
        if name in self.variables and (value := named(attempt.environment, self.variables[name])[1]):
            return value
        for variable in self.fallbacks.get(name, ()):
            if value := attempt.environment.get(variable, ""):
                return value
        question = self.questions.get(name)
        return attempt.ask(name, question) if question else ""
