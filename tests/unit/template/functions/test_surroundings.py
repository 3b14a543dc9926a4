"""Functions that reach outside: the clock, variables, files, secrets."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import pytest

from strongroom.template.errors import FunctionFailed
from strongroom.template.surroundings import WrittenFile
from strongroom.template.values import NilPointer
from tests.unit.template.functions.around import NOW, FixedSurroundings
from tests.unit.template.functions.calls import call

VARIABLES = {"A": "a value", "EMPTY": "", "VAULT_ADDR": "https://one", "VAULT_X": "v", "BAO_X": "b"}
BERLIN_IN_WINTER = timezone(timedelta(hours=1), "CET")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "2024-02-03T04:05:06Z"),
        (("unix",), "1706933106"),
        (("2006-01-02 15:04:05.000 -0700 MST",), "2024-02-03 04:05:06.789 +0000 UTC"),
    ],
)
def test_timestamps_are_in_utc(arguments: tuple[str, ...], text: str) -> None:
    """The clock's zone doesn't matter."""
    for zone in (NOW.tzinfo, BERLIN_IN_WINTER):
        assert call("timestamp", *arguments, around=FixedSurroundings(time=NOW.astimezone(zone))) == text


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("sprig_date", ("15:04 MST", 0), "01:00 CET"),
        ("sprig_date", ("15:04", "no time at all"), "05:05"),
        ("sprig_htmlDate", (86399,), "1970-01-02"),
        ("sprig_dateInZone", ("15:04 MST", 0, "Local"), "01:00 CET"),
        ("sprig_ago", (NOW - timedelta(hours=2, milliseconds=600),), "2h0m1s"),
        ("sprig_ago", (1706933106,), "1s"),
        ("sprig_durationRound", (NOW - timedelta(days=3),), "3d"),
    ],
)
def test_dates_are_in_the_clocks_zone(name: str, arguments: tuple[Any, ...], text: str) -> None:
    """`Local` is the zone of the time that the surroundings tell."""
    assert call(name, *arguments, around=FixedSurroundings(time=NOW.astimezone(BERLIN_IN_WINTER))) == text


def test_a_date_without_a_zone_is_read_in_the_clocks() -> None:
    """What `toDate` reads is the time of here."""
    read = call(
        "sprig_toDate", "2006-01-02", "2024-02-03", around=FixedSurroundings(time=NOW.astimezone(BERLIN_IN_WINTER))
    )
    assert read.isoformat() == "2024-02-03T00:00:00+01:00"


@pytest.mark.parametrize("name", ["sprig_toDate", "sprig_mustToDate"])
def test_a_time_without_a_year_is_refused(name: str) -> None:
    """It would be of the year 0, and be lost in silence."""
    with pytest.raises(FunctionFailed, match="year"):
        call(name, "15:04", "12:30")


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("env", ("A",), "a value"),
        ("env", ("NONE",), ""),
        ("env", ("BAO_ADDR",), "https://one"),
        ("env", ("BAO_X",), "b"),
        ("envOrDefault", ("NONE", "d"), "d"),
        ("envOrDefault", ("EMPTY", "d"), ""),
        ("mustEnv", ("A",), "a value"),
        ("sprig_env", ("A",), "a value"),
        ("sprig_expandenv", ("$A ${A}$NONE|${NONE}|$",), "a value a value||$"),
        ("sprig_expandenv", ("${A $1x $",), "A x $"),
        ("sprig_expandenv", ("${A}}${A $A${",), "a value}A a value"),
    ],
)
def test_variables(name: str, arguments: tuple[str, ...], text: str) -> None:
    """They come from the surroundings; those of OpenBao may be set by Vault's names."""
    assert call(name, *arguments, around=FixedSurroundings(variables=VARIABLES)) == text


@pytest.mark.parametrize("variable", ["NONE", "EMPTY"])
def test_a_variable_that_must_be_set(variable: str) -> None:
    """An empty one isn't enough."""
    with pytest.raises(FunctionFailed, match=f"required environment variable {variable} is empty"):
        call("mustEnv", variable, around=FixedSurroundings(variables=VARIABLES))


def test_files_are_read_by_their_trimmed_names() -> None:
    """No name reads nothing; one that can't be read fails."""
    around = FixedSurroundings(files={"/a": "text"})
    assert call("file", " /a\n", around=around) == "text"
    assert call("file", "", around=around) == ""
    with pytest.raises(FunctionFailed, match="no such file"):
        call("file", "/b", around=around)


@pytest.mark.parametrize(
    ("rest", "flags", "text"),
    [(("x",), "", "x"), (("append,newline", "x"), "append,newline", "x"), (("append", "y", "x"), "", "x")],
)
def test_files_are_written_by_the_surroundings(rest: tuple[str, ...], flags: str, text: str) -> None:
    """The content is the last argument, so that it may come through a pipe."""
    around = FixedSurroundings()
    assert call("writeToFile", "/f", "user", "100", "0640", *rest, around=around) == ""
    assert around.written == [WrittenFile("/f", "user", "100", "0640", text, flags)]


@pytest.mark.parametrize("mode", ["", "rw", "0888", "77777777777777", "-1"])
def test_a_mode_that_is_none_writes_nothing(mode: str) -> None:
    """It is read before anything is done."""
    around = FixedSurroundings()
    with pytest.raises(FunctionFailed):
        call("writeToFile", "/f", "", "", mode, "x", around=around)
    assert around.written == []


@pytest.mark.parametrize(
    ("name", "kind", "nothing"),
    [("secret", "secret", NilPointer("*dependency.Secret")), ("pkiCert", "certificate", None)],
)
def test_secrets_are_asked_with_pairs(name: str, kind: str, nothing: NilPointer | None) -> None:
    """A pair is split at its first equals sign, and both halves are trimmed; empty arguments are left out."""
    around = FixedSurroundings()
    assert call(name, around=around) is None
    assert call(name, " /a/b/ ", " ttl = 1h", "", "q=a=b", around=around) == nothing
    assert around.asked == [(kind, "a/b", {"ttl": "1h", "q": "a=b"})]


@pytest.mark.parametrize(
    ("given", "arguments"), [(("a",), None), (("a", ""), {}), (("a", "", ""), {}), (("a", "k=v"), {"k": "v"})]
)
def test_any_further_argument_makes_a_write(given: tuple[str, ...], arguments: object) -> None:
    """Also an empty one, which writes nothing: so consul-template asks paths that take no fields."""
    around = FixedSurroundings()
    call("secret", *given, around=around)
    assert around.asked == [("secret", "a", arguments)]


def test_lists_of_secrets() -> None:
    """No path lists nothing, and asks nobody."""
    around = FixedSurroundings()
    assert call("secrets", "", around=around) == []
    assert call("secrets", "kv/metadata/", around=around) == ["a", "b/"]
    assert around.asked == [("secrets", "kv/metadata", {})]


def test_a_bad_pair_is_not_told() -> None:
    """It may be the secret itself."""
    with pytest.raises(FunctionFailed) as caught:
        call("secret", "a", "hunter2")
    assert "hunter2" not in caught.value.text


@pytest.mark.parametrize(("name", "path"), [("secret", "/"), ("secrets", " "), ("pkiCert", "")])
def test_an_empty_path_is_refused(name: str, path: str) -> None:
    """It would be another path of the server."""
    with pytest.raises(FunctionFailed, match="the path is empty"):
        call(name, path)
