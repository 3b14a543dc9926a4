"""Names in one form, security identifiers, the answer to StartTLS, and states of accounts."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.ldap import Entry, canonical, is_name
from strongroom.lib.ldap.people import is_disabled
from strongroom.lib.ldap.sids import sid_text
from strongroom.lib.ldap.starttls import result_of


@given(st.text())
def test_the_form_is_final(text: str) -> None:
    """Its own form is itself, whatever it is made of."""
    for case_matters in (False, True):
        form = canonical(text, case_matters=case_matters)
        assert canonical(form, case_matters=case_matters) == form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("  Alice   B ", "alice b"),
        ("ÄRZTE", "ärzte"),
        ("Straße", "straße"),
        ("ΟΔΟΣ", "οδοσ"),
        ("\u212a", "k"),
        ("ﬁ", "fi"),
        ("e\u0301", "é"),
        (" ", ""),
    ],
)
def test_forms(text: str, form: str) -> None:
    """Case, spaces and compatibility; `ß` isn't `ss`, because directories tell them apart."""
    assert canonical(text) == form


def test_characters_that_nobody_sees_are_in_no_name() -> None:
    """Directories skip them: each would make another spelling of the same user."""
    assert all(map(is_name, ("alice", "Alice B", "漢", "o'neil", "a*", "a,b")))
    for character in "\x00\n\t\u200b\u00ad\u034f\ufe0f\ufeff\u202e\ue000\ud800":
        assert not is_name(f"ali{character}ce"), hex(ord(character))
    assert not is_name(" \u00a0")


def test_security_identifiers() -> None:
    """As Windows writes them; anything else as it stands."""
    sid = bytes.fromhex("010500000000000515000000" + "01000000" + "02000000" + "03000000" + "f4010000")
    assert sid_text(sid) == "S-1-5-21-1-2-3-500"
    assert sid_text(b"\x01\x02") == "0102"


def test_the_answer_to_starttls() -> None:
    """Success is zero; what isn't that answer is an error."""
    assert result_of(bytes.fromhex("020101" + "7807" + "0a0100" + "0400" + "0400")) == 0
    assert result_of(bytes.fromhex("020101" + "7807" + "0a0134" + "0400" + "0400")) == 52
    for wrong in ("", "02", "0201027807" + "0a010004000400", "0201016107" + "0a010004000400", "02010178840000ffff"):
        with pytest.raises(ConnectionError):
            result_of(bytes.fromhex(wrong))


@given(st.binary(max_size=40))
def test_any_answer_to_starttls_is_read_or_refused(message: bytes) -> None:
    """Whatever is in the place of a directory."""
    with contextlib.suppress(ConnectionError):
        assert 0 <= result_of(message) < 256


@pytest.mark.parametrize(
    ("attributes", "disabled"),
    [
        ({}, False),
        ({"useraccountcontrol": b"512"}, False),
        ({"useraccountcontrol": b"514"}, True),
        ({"useraccountcontrol": b"66050"}, True),
        ({"useraccountcontrol": b"x"}, False),
        ({"accountexpires": b"0"}, False),
        ({"accountexpires": b"9223372036854775807"}, False),
        ({"accountexpires": b"116444736000000000"}, True),
        ({"nsaccountlock": b"TRUE"}, True),
        ({"nsaccountlock": b"FALSE"}, False),
        ({"pwdaccountlockedtime": b"000001010000Z"}, True),
        ({"pwdaccountlockedtime": b"20260101000000Z"}, False),
    ],
)
def test_states_of_accounts(attributes: dict[str, bytes], disabled: bool) -> None:
    """Of Active Directory, 389 Directory Server, and OpenLDAP with policies."""
    entry = Entry("cn=x", {name: (value,) for name, value in attributes.items()})
    assert is_disabled(entry, 1_800_000_000.0) is disabled
