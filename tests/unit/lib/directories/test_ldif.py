"""What LDIF says, and what is refused of it."""

from __future__ import annotations

import base64

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap import Add, Delete, Modification, Modify, Rename, parse_ldif


def test_an_entry_with_values_of_each_form() -> None:
    """Plain, in base64, folded, several of one attribute, and without the space after the colon."""
    text = "version: 1\n# a comment\n  that goes on\ndn: cn=a,dc=x\nobjectClass: top\nobjectclass: person\ncn:a\n"
    text += f"sn:: {base64.b64encode('Ä '.encode()).decode()}\ndescription: one \n two\n"
    (change,) = parse_ldif(text)
    assert change == Add(
        "cn=a,dc=x",
        (
            ("objectClass", (b"top", b"person")),
            ("cn", (b"a",)),
            ("sn", ("Ä ".encode(),)),
            ("description", (b"one two",)),
        ),
    )


def test_changes_of_each_kind_keep_their_order() -> None:
    """As in the examples of RFC 2849."""
    text = """dn: cn=a
changetype: modify
add: member
member: cn=b
-
delete: mail
-
replace: sn;lang-de
sn;lang-de: x
sn;lang-de: y
-

dn:: Y249YQ==
changetype: delete

dn: cn=a
changetype: modrdn
newrdn: cn=b
deleteoldrdn: 1
newsuperior: dc=y

dn: cn=c
changetype: moddn
newrdn: cn=d
deleteoldrdn: 0
"""
    assert (
        parse_ldif(text)
        == parse_ldif(text.replace("\n", "\r\n"))
        == (
            Modify(
                "cn=a",
                (
                    Modification("add", "member", (b"cn=b",)),
                    Modification("delete", "mail", ()),
                    Modification("replace", "sn;lang-de", (b"x", b"y")),
                ),
            ),
            Delete("cn=a"),
            Rename("cn=a", "cn=b", True, "dc=y"),
            Rename("cn=c", "cn=d", False),
        )
    )


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("cn: a", 1, "begins with dn"),
        ("dn: cn=a\njpegPhoto:< file:///etc/passwd", 2, "files or URLs"),
        ("dn: cn=a\ncontrol: 1.2.3\nchangetype: delete", 2, "controls"),
        ("dn: cn=a\ncn: a \nsn: b", 2, "ends with a space"),
        ("dn: cn=a\nchangetype: modify\nadd: cn\ncn: b\n- \nreplace: x", 5, "ends with a space"),
        ("dn: cn=a\nchangetype: modify\nadd: cn\ncn: b", 3, "does not end"),
        ("dn: cn=a\nchangetype: modify\nadd: cn\nsn: b\n-", 4, "a dash is missing"),
        ("dn: cn=a\nchangetype: modify\nadd: cn\n-", 3, "nothing is added"),
        ("dn: cn=a\nchangetype: modify\nincrement: cn\ncn: 1\n-", 3, "begins with add, delete or replace"),
        ("dn: cn=a\nchangetype: modify", 2, "is followed by"),
        ("dn: cn=a\nchangetype: delete\ncn: a", 3, "nothing follows"),
        ("dn: cn=a\nchangetype: evil", 2, "changetype is"),
        ("dn: cn=a\ncn:: !!!", 2, "not base64"),
        ("dn: cn=a\nc n: a", 2, "no attribute"),
        ("dn: cn=a\nnothing", 2, "no colon"),
        ("dn: cn=a\ncn: a\ndn: cn=b\ncn: b", 3, "an empty line stands between"),
        ("dn: cn=a", 1, "has attributes"),
        ("dn:\ncn: a", 1, "DN is empty"),
        (" dn: cn=a", 1, "no line that it continues"),
        ("version: 2\ndn: cn=a\ncn: a", 1, "version"),
        ("dn: cn=a\nchangetype: modrdn\nnewrdn: cn=b\ndeleteoldrdn: 2", 3, "0 or 1"),
        ("dn: cn=a\nchangetype: modrdn\nnewrdn: cn=b", 2, "deleteoldrdn"),
        ("dn:: /w==\ncn: a", 1, "UTF-8"),
    ],
)
def test_what_is_refused_names_its_line(text: str, line: int, says: str) -> None:
    """Nothing is guessed, and nothing is read from elsewhere."""
    with pytest.raises(InvalidRequest, match=says) as raised:
        parse_ldif(text)
    assert raised.value.text.startswith(f"line {line} of the LDIF: ")


@pytest.mark.parametrize(
    "text",
    ["dn: cn=a\ncn: " + "x" * 70_000, "dn: cn=a\ncn: a\n\n" * 65, "\n" * 2001 + "x", "dn: cn=a\ncn: \0", "\ud800"],
)
def test_there_is_a_limit_on_everything(text: str) -> None:
    """On bytes, records and lines."""
    with pytest.raises(InvalidRequest, match=r"LDIF"):
        parse_ldif(text)


def test_spaces_at_the_end_of_all_are_nothing() -> None:
    """An indented text of a tool ends with them."""
    assert parse_ldif("dn: cn=a\nchangetype: delete\n   ") == (Delete("cn=a"),)
    assert parse_ldif("") == parse_ldif("\n\n# nothing\n") == ()
