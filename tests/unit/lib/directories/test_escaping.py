"""Values in names and filters stay values, whatever they hold."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strongroom.lib.ldap import check_filter, in_dn, in_filter
from strongroom.lib.ldap.people import common_name, rdns

pytest.importorskip("ldap", reason="needs the extra ldap")

# What LDAP treats specially, and what libraries stumble over.
texts = st.text(
    st.one_of(st.sampled_from('()*\\\x00\n\r"+,;<>=# /|&!~:ä漢\u200b'), st.characters(exclude_categories=["Cs"]))
)


@given(texts)
@example(" ")
@example("  ")
@example("# ")
@example("\\")
@example("a,dc=evil")
def test_a_value_in_a_dn_is_read_back_whole(text: str) -> None:
    """A directory reads one value where one was put in, and the same."""
    if "\x00" in text:
        assert "\x00" not in in_dn(text)
    elif text:
        assert rdns(f"cn={in_dn(text)},ou=people,dc=example") == [("cn", text), ("ou", "people"), ("dc", "example")]


@given(texts)
@example("*)(uid=*")
@example(")(|(a=b")
def test_a_value_in_a_filter_is_one_value(text: str) -> None:
    """Nothing of it is syntax: the filter has the same shape with every value, and gives the value back."""
    written = in_filter(text)
    check_filter(f"(&(uid={written})(objectClass=person))", "userfilter")
    assert not set(written) & set("()*\x00")
    parts = written.split("\\")
    read = parts[0].encode() + b"".join(bytes([int(part[:2], 16)]) + part[2:].encode() for part in parts[1:])
    assert read == text.encode()


def test_a_long_value_takes_no_long() -> None:
    """A million characters of any kind are written once."""
    for character in ("*", "\\", "a", "漢", " "):
        assert in_filter(character * 1_000_000)
        assert in_dn(character * 1_000_000)


def test_what_a_group_is_called() -> None:
    """A DN stands for the common name in it; anything else for itself."""
    assert common_name("cn=My\\, Group,ou=groups,dc=example") == "My, Group"
    assert common_name("ou=groups,dc=example") == "ou=groups,dc=example"
    assert common_name("plain") == "plain"
    assert common_name("a=b=c,") == "a=b=c,"
