"""Rules of a user's access: read from statements, and refused where they concern passwords and logins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.database.drivers.redis.rules import DEFAULT, MOST_RULES, digest, making, rules_of
from strongroom.lib.errors import InvalidRequest


@pytest.mark.parametrize(
    ("statements", "rules"),
    [
        ((), DEFAULT),
        (('["~*","+@all"]',), ("~*", "+@all")),
        (("~*", "+@all"), ("~*", "+@all")),
        (("~* +@all",), ("~*", "+@all")),
        (('["~a"]', "+get"), ("~a", "+get")),
        (("(+get ~a)",), ("(+get", "~a)")),
        (("[]",), ()),
        (('[""]',), ()),
    ],
)
def test_statements_are_rules(statements: tuple[str, ...], rules: tuple[str, ...]) -> None:
    """JSON arrays, and rules one by one or with spaces between them; without a statement the usual ones."""
    assert rules_of(statements) == rules


@pytest.mark.parametrize(
    "rule", [">canary", "<canary", "#" + "0" * 64, "!" + "0" * 64, "nopass", "NOPASS", "resetpass", "off"]
)
@pytest.mark.parametrize("form", ["{}", '["+@read", "{}"]', "+@read {}", "+@read\n{}"])
def test_rules_of_passwords_and_logins_are_refused(rule: str, form: str) -> None:
    """However they are written, and without showing what may be a password."""
    with pytest.raises(InvalidRequest) as refused:
        rules_of((form.format(rule),))
    assert rule[1:] not in refused.value.text or rule.isalpha()


@pytest.mark.parametrize("statement", ["[1]", '["a"', '["a", ["b"]]', "[null]"])
def test_what_is_no_array_of_texts_is_refused(statement: str) -> None:
    """Rather than sent as a rule."""
    with pytest.raises(InvalidRequest, match="JSON array of rules"):
        rules_of((statement,))


def test_too_many_rules_are_refused() -> None:
    """There is a bound."""
    assert len(rules_of(("+get " * MOST_RULES,))) == MOST_RULES
    with pytest.raises(InvalidRequest, match="more than"):
        rules_of(("+get " * (MOST_RULES + 1),))


@given(st.lists(st.text()))
def test_no_statement_puts_words_behind_the_password(statements: list[str]) -> None:
    """What lets the user in comes last, and is the digest of its password; no word is the password itself."""
    try:
        rules = rules_of(tuple(statements))
    except InvalidRequest:
        return
    command = making("V_X", "canary-of-the-password", rules)
    assert command[:4] == ("ACL", "SETUSER", "V_X", "reset")
    assert command[-3:] == ("resetpass", f"#{digest('canary-of-the-password')}", "on")
    assert not any("canary" in word for word in command)
    assert not any(rule[0] in "><#!" for rule in rules)
