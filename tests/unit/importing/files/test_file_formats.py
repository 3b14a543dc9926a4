"""Files of other programs are read as those programs mean them; what they aren't is told without quoting them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.client.values import Number
from strongroom.importing.files import bitwarden, dotenv, json_files
from strongroom.importing.files.secrets import FileSecret, UnreadableFile, path_of, unique

DOTENV = """\ufeff# a comment
PLAIN=value with spaces   # and a comment
export EXPORTED=yes
EMPTY=
HASH=a#b
SINGLE='it is $as\\n it # is'
DOUBLE="two\\nlines, a \\"quote\\" and \\$1"  # after
LINES="first
second"
SPACED = 'x'
PLAIN=again
"""


def test_dotenv() -> None:
    """Comments, quotes, escapes, values of several lines; the last one of a name counts."""
    assert dotenv.read(DOTENV) == {
        "PLAIN": "again",
        "EXPORTED": "yes",
        "EMPTY": "",
        "HASH": "a#b",
        "SINGLE": "it is $as\\n it # is",
        "DOUBLE": 'two\nlines, a "quote" and $1',
        "LINES": "first\nsecond",
        "SPACED": "x",
    }
    assert dotenv.read("A=1\r\nB=2") == {"A": "1", "B": "2"}
    assert dotenv.read("") == {}


@pytest.mark.parametrize("text", ["A=1\nno variable", 'A=1\nB="open', "A=1\nB='open\n", "A=1\n1B=2", 'A=1\nB="x" y'])
def test_a_line_that_is_no_variable_is_named_by_its_number(text: str) -> None:
    """Its content isn't quoted: it may be a password."""
    with pytest.raises(UnreadableFile, match=r"^line 2 is no variable") as caught:
        dotenv.read(text)
    assert "open" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else comes out, and values are texts."""
    try:
        assert all(isinstance(value, str) for value in dotenv.read(text).values())
    except UnreadableFile:
        return


@given(st.dictionaries(st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True), st.text(max_size=20), max_size=4))
def test_what_is_written_with_escapes_is_read_back(variables: dict[str, str]) -> None:
    """Whatever the values are, but for lines that end as on Windows, which no editor tells from others."""
    variables = {name: value.replace("\r", "") for name, value in variables.items()}
    text = "".join(
        f'{name}="{value.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"\n'
        for name, value in variables.items()
    )
    assert dotenv.read(text) == variables


def export(*items: dict[str, Any], **more: Any) -> str:
    """An export with these items."""
    folders = [{"id": "f", "name": "Work/Data bases"}]
    return json.dumps({"encrypted": False, "folders": folders, "items": items, **more})


LOGIN = {
    "id": "1",
    "folderId": "f",
    "type": 1,
    "name": "the/db",
    "notes": "a note",
    "fields": [
        {"name": "username", "value": "other", "type": 0},
        {"name": "pin", "value": "1", "type": 1},
        {"name": "linked", "value": None, "type": 3, "linkedId": 100},
    ],
    "login": {
        "username": "u",
        "password": "p",
        "totp": None,
        "uris": [{"match": None, "uri": "https://x"}, {"uri": None}],
        "fido2Credentials": [{"credentialId": "c"}],
    },
}


def test_an_item_of_bitwarden() -> None:
    """Its fields come beside what it has itself; a passkey is told of; a linked field is none."""
    (found,) = bitwarden.read(export(LOGIN))
    assert found.path == "Work/Data bases/the-db"
    assert found.data == {
        "username": "u",
        "password": "p",
        "uris": ["https://x"],
        "notes": "a note",
        "username (2)": "other",
        "pin": "1",
    }
    assert list(found.left_out) == ["passkeys"]
    assert "p'" not in repr(found)


def test_notes_cards_and_collections_of_bitwarden() -> None:
    """Numbers keep their digits; an item without a folder stands at the top, or in its collection."""
    note = {"type": 2, "name": "note", "notes": "text", "secureNote": {"type": 0}}
    card = {"type": 3, "name": "card", "card": {"number": "4111", "code": ""}, "collectionIds": ["c"]}
    text = export(note, card, collections=[{"id": "c", "name": "Team"}])
    assert [(each.path, each.data) for each in bitwarden.read(text)] == [
        ("note", {"notes": "text"}),
        ("Team/card", {"number": "4111"}),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no json", "isn't JSON"),
        ("[]", "no items"),
        (json.dumps({"encrypted": True, "data": "…"}), "it is encrypted"),
        (json.dumps({"encrypted": True, "items": []}), "it is encrypted"),
        (json.dumps({"items": [{"name": None}]}), "without a name"),
    ],
)
def test_what_is_no_export_is_told(text: str, told: str) -> None:
    """An encrypted one isn't taken for an empty one."""
    with pytest.raises(UnreadableFile, match=told):
        list(bitwarden.read(text))


def test_json() -> None:
    """A file is a secret, or has one for each path; numbers keep their digits."""
    assert json_files.read('{"a": 1.50, "b": [true]}') == {"a": Number("1.50"), "b": [True]}
    found = list(json_files.read_tree('{"a/b": {"k": "v"}, "/c/": {}}'))
    assert [(each.path, each.data) for each in found] == [("a/b", {"k": "v"}), ("c", {})]
    for text in ("[]", "{", '{"a": 1, "a/b": {}}', '{"/": {}}'):
        with pytest.raises(UnreadableFile):
            list(json_files.read_tree(text))


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (("", "name"), "name"),
        (("a/b", "c/d"), "a/b/c-d"),
        (("/a//", " "), "a/unnamed"),
        (("..", "."), "dots/dot"),
        (("a\nb", "c\x00"), "a b/c"),
    ],
)
def test_names_of_people_become_paths(parts: tuple[str, str], path: str) -> None:
    """Whatever they have written, no segment is empty or leads elsewhere."""
    assert path_of(*parts) == path


def test_secrets_of_one_path_get_numbers() -> None:
    """Programs for passwords allow two items of one name."""
    found = unique(iter([FileSecret("a", {"n": 1}), FileSecret("b", {}), FileSecret("a", {"n": 2})]))
    assert [each.path for each in found] == ["a", "b", "a (2)"]
