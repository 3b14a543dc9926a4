"""Names that nothing reads, and those that were likely meant."""

from __future__ import annotations

import pytest

from strongroom.sdk.near_miss import Keys, asked, meant, suggestions, within

KNOWN = {"token_policies", "token_ttl", "password", "policies"}


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("token_polices", "token_policies"),
        ("polices", "policies"),
        ("passwrd", "password"),
        ("passwords", "password"),
        ("x", ""),
        ("username", ""),
        ("p" * 100_000, ""),
    ],
)
def test_a_slip_is_told_from_a_name_of_its_own(name: str, right: str) -> None:
    """What differs by a letter or two is a slip; what is long is not even looked at."""
    assert meant(name, KNOWN) == right


def test_settings_of_tokens_by_their_other_name() -> None:
    """Users and roles have `token_policies`, groups `policies`: each is meant by the other."""
    assert meant("token_policies", {"policies", "groups"}) == "policies"
    assert meant("ttl", {"token_ttl", "password"}) == "token_ttl"
    assert meant("token_groups", {"policies"}) == ""


def test_only_so_many_names_are_compared() -> None:
    """A body of thousands of fields costs no more than one of eight."""
    assert len(suggestions([f"password{index}" for index in range(5000)], KNOWN)) == 8


def test_objects_inside_are_looked_into() -> None:
    """What stands in an object is named with where it stands; empty fields, which clients send unasked, are not."""
    keys = Keys(frozenset({"ttl", "lock"}), inner={"lock": Keys(frozenset({"threshold"}))})
    assert within("config", keys, {"ttl": "1h", "options": None, "mode": "", "x": False}) == []
    assert within("config", keys, {"tll": "1h", "lock": {"treshold": 3}}) == [
        "Endpoint ignored these unrecognized parameters in config: [tll]",
        "Endpoint ignored these unrecognized parameters in config.lock: [treshold]",
        'Did you mean "config.lock.threshold" instead of "config.lock.treshold"?',
    ]


def test_where_others_are_fine_only_slips_are_told() -> None:
    """An engine may have options of its own."""
    keys = Keys(frozenset({"version"}), open=True)
    assert within("options", keys, {"mine": "x", "version": "2"}) == []
    assert within("options", keys, {"verson": "2"}) == ['Did you mean "options.version" instead of "options.verson"?']


def test_a_refusal_asks_about_a_slip_once() -> None:
    """A refusal for what is missing names what it was given as; one that is raised again does so once."""
    text = asked("no password", ["passwrd", "token_ttl", "other"], KNOWN)
    assert text == 'no password. Did you mean "password" instead of "passwrd"?'
    assert asked(text, ["passwrd"], KNOWN) == text
    assert asked("no password", ["username"], KNOWN) == "no password"
    assert asked("", ["passwrd"], KNOWN) == ""
