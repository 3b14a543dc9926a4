"""Texts of other libraries lose the secrets that they quote."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.redaction import HIDDEN, Redaction


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('could not parse "postgres://u:p@ss/w?rd@h:5432/db"', f'could not parse "postgres://{HIDDEN}@h:5432/db"'),
        ("proxy http://user:secret@proxy:3128 failed", f"proxy http://{HIDDEN}@proxy:3128 failed"),
        ("missing \"=\" after password='a b' host=h", f'missing "=" after password={HIDDEN} host=h'),
        ("https://host:8200/v1/a@b is fine", "https://host:8200/v1/a@b is fine"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_passwords_in_addresses_are_hidden(text: str, shown: str) -> None:
    """Also those that nobody has told of."""
    assert Redaction().text(text) == shown


@given(st.text(min_size=4))
def test_a_known_secret_is_hidden_however_it_is_spelled(secret: str) -> None:
    """As it is, in JSON, and where it is all of a longer one's beginning."""
    redaction = Redaction((secret, secret + "x"))
    assert redaction.text(f"<{secret}x>") == f"<{HIDDEN}>"
    assert redaction.text(f"<{json.dumps(secret)[1:-1]}>") == f"<{HIDDEN}>"
    assert redaction.value({"a": [secret, 1]}) == {"a": [HIDDEN, 1]}
    assert secret not in repr(redaction) or secret in "Redaction()"


@pytest.mark.parametrize("shown", ["a b/c+d", "a%20b%2Fc%2Bd", "a%20b/c%2Bd", "a+b%2Fc%2Bd"])
def test_a_known_secret_is_hidden_as_urls_write_it(shown: str) -> None:
    """In a path, in a query, in a form."""
    assert Redaction(("a b/c+d",)).text(f"<{shown}>") == f"<{HIDDEN}>"
