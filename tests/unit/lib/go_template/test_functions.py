"""The functions, each with results that Go's own `text/template` gave."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from tests.unit.lib.go_template.rendering import NOW, VALUES, rendered

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.go_template import parse


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ .RoleName | truncate 4 }}", "my_r"),
        ("{{ .RoleName | truncate 40 }}", "my_role"),
        ("{{ .DisplayName | truncate 9 }}", "token-jü"),
        ("{{ truncate_sha256 13 `abcdefghijklm` }}", "abcdefghijklm"),
        ("{{ truncate_sha256 10 `abcdefghijklm` }}", "ab" + hashlib.sha256(b"cdefghijklm").hexdigest()[:8]),
        ("{{ `aé-ßﬁ` | uppercase }}", "AÉ-ßﬁ"),
        ("{{ `AÉÑİK` | lowercase }}", "aéñik"),
        ("{{ .RoleName | uppercase | lowercase }}", "my_role"),
        ("{{ .DisplayName | replace `ü` `ue` }}", "token-juergen"),
        ("{{ replace `` `.` `aü` }}", ".a.ü."),
        ("{{ replace `` `.` `` }}", "."),
        ("{{ replace `aa` `b` `aaaaa` }}", "bba"),
        ("{{ sha256 `a` }}", hashlib.sha256(b"a").hexdigest()),
        ("{{ .DisplayName | base64 }}", base64.b64encode("token-jürgen".encode()).decode()),
        ("{{ random 0 }}{{ random 3 }}", "000"),
        ("{{ unix_time }}", "1700000123"),
        ("{{ unix_time_millis }}", "1700000123456"),
        ("{{ timestamp `2006-01-02` }}", "2023-11-14"),
        ("{{ uuid }}", "00000000-0000-4000-8000-000000000000"),
    ],
)
def test_functions_give_what_vault_gives(text: str, result: str) -> None:
    """Lengths count bytes, but no character is split."""
    assert rendered(text) == result


def test_truncation_never_splits_a_character() -> None:
    """Half of one would be a name that no other system takes."""
    assert rendered("{{ .DisplayName | truncate 8 }}") == "token-j"
    hashed = hashlib.sha256("üabcdefghijkl".encode()).hexdigest()[:8]
    assert rendered("{{ `üabcdefghijkl` | truncate_sha256 9 }}") == hashed


def test_a_password_of_active_directory_is_quoted_and_encoded() -> None:
    """`unicodePwd` takes the quoted password in UTF-16, little end first, in base64."""
    wanted = base64.b64encode('"pä€😀\\tx"'.encode("utf-16-le")).decode()
    assert rendered('unicodePwd::{{ printf "%q" .Password | utf16le | base64 }}') == f"unicodePwd::{wanted}"


def test_random_characters_are_of_base62() -> None:
    """Every byte of the source is used evenly."""
    result = parse("{{ random 200 }}").render({}, random=lambda count: bytes(range(56, 256))[:count], now=0)
    assert re.fullmatch("[0-9A-Za-z]{200}", result)


@pytest.mark.parametrize(
    ("layout", "result"),
    [
        ("2006-01-02T15:04:05Z07:00", "2023-11-14T22:15:23Z"),
        ("Mon Monday Jan January Months Janx", "Tue Tuesday Nov November Months Janx"),
        ("1 2 _2 002 __2 3 03 4 5 06", "11 14 14 318 318 10 10 15 23 23"),
        ("PM pm MST -0700 -07:00 -07 Z0700", "PM pm UTC +0000 +00:00 +00 Z"),
        (".000 .999 ,000000 .00x", ".456 .456 ,456789 .45x"),
        ("20060102150405", "20231114221523"),
        ("_2006 JanA 0 7 8", "_2023 NovA 0 7 8"),
    ],
)
def test_timestamps_follow_the_reference_time(layout: str, result: str) -> None:
    """In UTC, whatever the machine's zone."""
    assert rendered(f"{{{{ timestamp `{layout}` }}}}") == result


def test_a_fraction_of_nines_has_no_zeros_at_its_end() -> None:
    """So a whole second has no fraction."""
    template = parse("{{ timestamp `05.999|05.000|3PM` }}")
    assert template.render(VALUES, random=bytes, now=1700000100) == "00|00.000|10PM"
    assert template.render(VALUES, random=bytes, now=0.25) == "00.25|00.250|12AM"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ('{{printf "%5s|%-5s|%05d|%5d|%-5d|%.2s" "a" "b" 42 -42 42 .Password}}', "    a|b    |00042|  -42|42   |pä"),
        ('{{printf "%x|%X|%x|%v|%t|%v" "hi" "hi" 255 true false 3}}', "6869|6869|ff|true|false|3"),
        ('{{printf "%05s|%05d|%-05d|" "ab" -42 42}}', "000ab|-0042|42   |"),
        ('{{printf "%q|%.2q" "a\\"\\\\\\n\\u200b" .Password}}', '"a\\"\\\\\\n\\u200b"|"pä"'),
        ('{{printf "%d %s" "x" 5}}', "%!d(string=x) %!s(int=5)"),
        ('{{printf "a" "b" 3 true}}', "a%!(EXTRA string=b, int=3, bool=true)"),
        ('{{printf "%s-%s-%s" "a" "b"}}', "a-b-%!s(MISSING)"),
        ('{{printf "%% %5% %"}}', "% % %!(NOVERB)"),
        ('{{print 1 2 "a" 3 true false "b" "c"}}|{{print}}', "1 2a3 true falseb" + "c|"),
    ],
)
def test_printing_leaves_the_marks_of_go(text: str, result: str) -> None:
    """A default of Vault has a verb too many, so the mark of a missing value is part of names."""
    assert rendered(text) == result


@pytest.mark.parametrize(
    "text",
    ['{{printf "%z" 1}}', '{{printf "%[1]s" "a"}}', '{{printf "%q" 1}}', '{{printf "%.2d" 1}}', '{{printf "%5s" 1}}'],
)
def test_rare_verbs_are_refused(text: str) -> None:
    """They would give names that nobody meant."""
    with pytest.raises(InvalidRequest, match=r"error calling printf: .*not supported"):
        rendered(text)


def test_printf_needs_its_text_first() -> None:
    """And says so."""
    with pytest.raises(InvalidRequest, match="expected a string first"):
        rendered("{{ printf 3 }}")


def test_quoting_needs_characters() -> None:
    """Bytes that are no UTF-8 aren't quoted."""
    with pytest.raises(InvalidRequest, match="not UTF-8"):
        rendered(r'{{ printf "%q" "\xff" }}')


def test_the_known_time_is_the_one_of_the_tests() -> None:
    """The results above are for this moment."""
    assert int(NOW) == VALUES["IssueTimeSeconds"]
