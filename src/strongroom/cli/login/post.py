"""Logins of a single request: what is given goes into the body, what is missing is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from strongroom.cli.login.method import Answer, Attempt, LoginError


@dataclass(frozen=True, slots=True)
class Post:
    """A login by one request.

    Args:
        path: below the mount; may hold a needed name in braces, which then isn't in the body.
        needs: names that must be given.
        questions: what to ask for a needed name that isn't given.
        variables: environment variables that stand for a needed name, the first that is set.
    """

    path: str = "login"
    needs: tuple[str, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, attempt: Attempt) -> Answer:
        """Log in.  Raises `LoginError`, `ClientError`."""
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
        return attempt.post(path, body)

    def _found(self, name: str, attempt: Attempt) -> str:
        for variable in self.variables.get(name, ()):
            if value := attempt.environment.get(variable):
                return value
        question = self.questions.get(name)
        return attempt.ask(question) if question else ""
