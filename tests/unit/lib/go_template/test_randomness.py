"""How much randomness of a template is left in its result."""

from __future__ import annotations

import string

import pytest

from strongroom.lib.go_template import parse

VALUES = {"DisplayName": "n" * 80}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("{{ .DisplayName | truncate 20 }}", 0),
        ("{{ .DisplayName }}{{ unix_time }}", 0),
        ("{{ random 20 }}", 20),
        ("{{ uuid }}", 30),
        ("{{ random 8 }}{{ random 8 }}", 16),
        ('{{ printf "%s-%s" (.DisplayName | truncate 15) (random 20) | truncate 20 }}', 4),
        ('{{ printf "%s-%s" .DisplayName (random 20) | truncate 20 }}', 0),
        ('{{ printf "%s-%s" .DisplayName (random 20) | truncate_sha256 20 }}', 8),
        ('{{ printf "%s-%s" .DisplayName (random 3) | truncate_sha256 20 }}', 3),
        ("{{ random 20 | sha256 }}", 20),
        ("{{ random 100 | sha256 }}", 64),
        ("{{ random 20 | sha256 | truncate 6 }}", 6),
        ("{{ .DisplayName | sha256 }}", 0),
        ("{{ random 9 | base64 }}", 9),
        ("{{ random 9 | base64 | truncate 4 }}", 3),
        ("{{ random 9 | base64 | truncate 1 }}", 0),
        ("{{ random 9 | utf16le | base64 }}", 9),
        ('{{ random 9 | printf "%x" | truncate 4 }}', 2),
        ('{{ random 9 | printf "%q-%12s" "x" }}', 9),
        ("{{ random 9 | uppercase }}{{ random 9 | print 1 | lowercase }}", 18),
        ("{{ printf `é%s` (random 9) | uppercase }}", 9),
        ("{{ random 20 | len }}{{ eq (random 20) (random 20) }}", 0),
        ("{{ if false }}{{ random 20 }}{{ else }}{{ random 3 }}{{ end }}", 3),
        ("{{ uuid | replace `-` `` | truncate 12 }}", 12),
        ("{{ uuid | replace `-` `` | truncate 13 }}", 12),
    ],
)
def test_what_is_left_is_counted(text: str, left: int) -> None:
    """A hash keeps what went into it, as far as it is long enough; other functions keep characters in their places."""
    assert parse(text).random_characters(VALUES) == left


def test_characters_that_are_replaced_are_not_counted() -> None:
    """A template that replaces every character of the alphabet has no randomness, though each rendering differs."""
    letters = "{{ random 20"
    for at in range(0, 62, 16):
        chunk = (string.digits + string.ascii_letters)[at : at + 16]
        letters = "{{ (" + letters[3:] + ")" + "".join(f" | replace `{letter}` `-`" for letter in chunk)
    assert parse(letters + " }}").random_characters({}) == 0


def test_the_least_of_several_renderings_counts() -> None:
    """A letter that is replaced is one character fewer if it comes up."""
    assert parse("{{ random 20 | replace `A` `B` }}").random_characters({}) == 19
