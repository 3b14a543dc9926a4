"""When a refusal gets a note, and when it has said enough itself."""

from __future__ import annotations

import pytest

from strongroom.cli.advice import advice
from strongroom.client.errors import Denied, Missing, ResponseError, Unsupported


def _refused(kind: type[ResponseError], status: int, path: str, text: str) -> ResponseError:
    return kind("PUT", f"http://x/v1/{path}", status, errors=(text,), body="", path=path)


@pytest.mark.parametrize(
    ("text", "guesses"),
    [
        ("permission denied", True),
        ("the token does not name a service account", False),
        ('permission denied: source address 10.0.0.7 is outside token_bound_cidrs of "web"', False),
    ],
)
def test_a_login_that_says_why_gets_no_guesses(text: str, guesses: bool) -> None:
    """Only where nothing but the refusal is said does the note list what it may be."""
    note = advice(_refused(Denied, 403, "auth/kubernetes/login", text))
    assert bool(note) is guesses
    assert "no token went" not in note


@pytest.mark.parametrize(
    ("kind", "status", "path", "place"),
    [
        (Missing, 404, "auth/ldap/user/x", "auth/ldap"),
        (Unsupported, 405, "auth/ldap/config", "auth/ldap/config"),
        (Missing, 404, "sys/nothing", "sys"),
    ],
)
def test_a_path_that_is_none_leads_to_those_that_are(
    kind: type[ResponseError], status: int, path: str, place: str
) -> None:
    """Whoever mistypes a path finds the list of paths, and whoever asks for the wrong thing what a path can do."""
    text = "1 error occurred:\n\t* unsupported path\n\n"
    assert f'"strongroom path-help {place}"' in advice(_refused(kind, status, path, text))
    assert advice(_refused(kind, status, path, "something else")) == ""


@pytest.mark.parametrize(
    ("id_", "told"), [("0a96a6cf-5b1d", True), ("", False), ("a; rm -rf", False), ("a" * 65, False)]
)
def test_a_denial_names_the_id_to_ask_by(id_: str, told: bool) -> None:
    """The id that the server has told is in the command for who may ask, unless it looks like none."""
    refused = Denied(
        "GET", "http://x/v1/a", 403, errors=("permission denied",), body="", path="a", with_token=True, request_id=id_
    )
    assert (f'policy explain -request-id={id_}"' in advice(refused)) is told
    assert ("-request-id" in advice(refused)) is told
