"""One execution finds what is lacking, and is an error only if nothing is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from strongroom.agent.dependencies.certificate import Pems
from strongroom.agent.dependencies.dependency import Dependency, certificate, file, names, secret
from strongroom.agent.dependencies.failing import Trouble
from strongroom.agent.dependencies.state import Answer, State
from strongroom.agent.dependencies.terms import Static
from strongroom.agent.rendering.execution import Attempt, NotRendered, Place, attempt
from strongroom.template.errors import FunctionFailed
from strongroom.template.surroundings import Surroundings, WrittenFile

PLACE = Place("/etc/x", "/sandbox", {"A": "b"})
FIRST, SECOND = secret("secret/a"), secret("secret/b", {"c": "d"})


class Written:
    """A template in the language of the tests: Python."""

    def __init__(self, execute: Callable[[Surroundings], str]) -> None:
        self.execute = execute


def _attempt(execute: Callable[[Surroundings], str], **known: Any) -> Attempt:
    """Execute with the answers to `first` and `second`, of which some are known."""
    answers = {
        {"first": FIRST, "second": SECOND}[name]: State(Answer(value, Static())) for name, value in known.items()
    }
    return attempt(Written(execute), answers.get, PLACE)


def _both(around: Surroundings) -> str:
    first, second = around.secret("secret/a", None), around.secret("/secret/b/", {"c": "d"})
    return f"{first} {second}"


def test_everything_that_is_lacking_is_found_at_once() -> None:
    """What isn't known is noted, and the template goes on."""
    made = _attempt(_both, first=1)
    assert made.asked == {FIRST, SECOND}
    assert made.lacking == {SECOND}
    assert not made.is_complete


def test_a_complete_template_has_a_text_and_files() -> None:
    """With all answers, it is what the language makes of them."""
    written = WrittenFile("/y", "", "", "0600", "text")

    def execute(around: Surroundings) -> str:
        around.write_file(written)
        return _both(around) + around.environment()["A"]

    made = _attempt(execute, first=1, second=2)
    assert (made.text, made.files, made.is_complete) == ("1 2b", (written,), True)


def test_an_error_counts_when_nothing_is_lacking() -> None:
    """A template that can't go on with nothing is executed again when it has what it asked for."""

    def execute(around: Surroundings) -> str:
        if around.secret("secret/a", None) is None:
            raise NotRendered("nothing has no fields")
        raise NotRendered("the real fault")

    assert _attempt(execute).lacking == {FIRST}
    with pytest.raises(NotRendered, match="the real fault"):
        _attempt(execute, first=1)


def test_names_that_lack_are_none() -> None:
    """A list that isn't known is empty, and lacking."""
    made = _attempt(lambda around: "".join(around.secrets("secret")))
    assert (made.text, made.lacking) == ("", {names("secret")})


@pytest.mark.parametrize(
    ("state", "text", "lacking"),
    [
        (None, "", True),
        (State(Answer("content", Static())), "content", False),
        (State(trouble=Trouble(0, 1, "/f: no such file")), "failed: /f: no such file", False),
        (State(Answer("content", Static()), Trouble(0, 1, "gone")), "failed: gone", False),
    ],
)
def test_files_are_dependencies(state: State | None, text: str, lacking: bool) -> None:
    """A file is read like a secret is; one that can't be read is an error of the function."""

    def execute(around: Surroundings) -> str:
        try:
            return around.file(" /f ")
        except FunctionFailed as error:
            return f"failed: {error}"

    asked = file("/f", "/sandbox")
    found = {asked: state} if state else {}
    made = attempt(Written(execute), found.get, PLACE)
    assert (made.text, made.lacking) == (text, {asked} if lacking else set())


@pytest.mark.parametrize(
    ("pems", "reads", "incomplete"),
    [
        (Pems("c", "k", "a", ("a",), 0, 1, kept=True), "key", False),
        (Pems("c", "", "a", ("a",), 0, 1, kept=True), "cert", False),
        (Pems("c", "", "a", ("a",), 0, 1, kept=True), "key", True),
        (Pems("c", "k", "", (), 0, 1, kept=True), "ca", True),
        (Pems("c", "", "", (), 0, 1), "key", False),
    ],
)
def test_a_kept_certificate_without_what_is_read_is_issued_again(pems: Pems, reads: str, incomplete: bool) -> None:
    """Only what a template reads and the file lacked makes a new certificate necessary."""
    asked: Dependency = certificate("pki/issue/web", {"a": "b"}, "/etc/x")

    def execute(around: Surroundings) -> str:
        return str(getattr(around.certificate("pki/issue/web", {"a": "b"}), reads))

    made = attempt(Written(execute), {asked: State(Answer(pems, Static()))}.get, PLACE)
    assert made.incomplete == ({asked} if incomplete else set())
    assert made.is_complete is not incomplete


def test_neither_texts_nor_arguments_are_shown() -> None:
    """What is logged by accident has no secret."""
    made = _attempt(lambda around: f"hunter2{around.secret('a', {'p': 'hunter2'})}", first=1)
    assert "hunter2" not in repr(made)
