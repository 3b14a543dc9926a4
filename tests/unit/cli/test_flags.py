"""Reading flags by Go's rules."""

from __future__ import annotations

import pytest

from strongroom.cli import flags
from strongroom.cli.flags import Flag, FlagError, Group, parse

FLAGS = (
    Flag("format", "", default="table", variable="FORMAT"),
    Flag("force", "", "bool", aliases=("f",)),
    Flag("renewable", "", "bool", default=True),
    Flag("count", "", "int", default=-1),
    Flag("size", "", "uint"),
    Flag("ttl", "", "duration"),
    Flag("policy", "", "strings"),
    Flag("meta", "", "pairs"),
)


def read(*words: str, **environment: str) -> flags.Parsed:
    """Parse words with the flags above."""
    return parse(FLAGS, words, environment)


@pytest.mark.parametrize("words", [("-format=json",), ("--format=json",), ("-format", "json"), ("--format", "json")])
def test_one_dash_or_two_and_both_ways_to_give_a_value(words: tuple[str, ...]) -> None:
    """Every spelling of a flag gives the same value, and what follows are the arguments."""
    parsed = read(*words, "path", "-format=yaml")
    assert parsed.values.text("format") == "json"
    assert parsed.arguments == ["path", "-format=yaml"]


def test_values_by_kind() -> None:
    """Integers take prefixes, durations units or bare seconds, repeatable flags keep their order."""
    values = read(
        "-count=0x10", "-size", "010", "-ttl=1h30m", "-policy=a", "-policy=b,c", "-meta=x=1=2", "-renewable=false", "-f"
    ).values
    assert values.number("count") == 16
    assert values.number("size") == 8
    assert values.number("ttl") == 5400 * 10**9
    assert values.many("policy") == ["a", "b,c"]
    assert values.pairs("meta") == {"x": "1=2"}
    assert not values.on("renewable")
    assert values.on("force")
    assert values.given("force")
    assert not values.given("format")


def test_the_environment_gives_defaults_ours_before_theirs() -> None:
    """STRONGROOM_ comes before BAO_ before VAULT_, and the command line before all of them."""
    assert read(VAULT_FORMAT="yaml").values.text("format") == "yaml"
    assert read(VAULT_FORMAT="yaml", BAO_FORMAT="json").values.text("format") == "json"
    assert read(BAO_FORMAT="json", STRONGROOM_FORMAT="pretty").values.text("format") == "pretty"
    assert read("-format=table", STRONGROOM_FORMAT="json").values.text("format") == "table"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["-nope"], "flag provided but not defined: -nope"),
        (["-format"], "flag needs an argument: -format"),
        (["---x"], "bad flag syntax: ---x"),
        (["-=x"], "bad flag syntax: -=x"),
        (["-h=1"], "flag: help requested"),
        (
            ["-force=maybe"],
            'invalid boolean value "maybe" for -force: strconv.ParseBool: parsing "maybe": invalid syntax',
        ),
        (["-count=x"], 'invalid value "x" for flag -count: strconv.ParseInt: parsing "x": invalid syntax'),
        (["-size=-1"], 'invalid value "-1" for flag -size: strconv.ParseUint: parsing "-1": invalid syntax'),
        (["-ttl=x"], 'invalid value "x" for flag -ttl: time: invalid duration "x"'),
        (["-meta=x"], 'invalid value "x" for flag -meta: missing = in KV pair: "x"'),
    ],
)
def test_complaints(words: list[str], text: str) -> None:
    """What can't be read is refused in the words that scripts already match."""
    with pytest.raises(FlagError) as caught:
        read(*words)
    assert str(caught.value) == text


def test_integers_have_64_bits() -> None:
    """A number that doesn't fit is refused, not wrapped around."""
    with pytest.raises(FlagError, match="value out of range"):
        read("-count=9223372036854775808")
    assert read("-count=-9223372036854775808").values.number("count") == -(2**63)


def test_a_double_dash_ends_the_flags() -> None:
    """Behind `--` everything is an argument, and a lone dash always is one."""
    assert read("--", "-force").arguments == ["-force"]
    assert read("-", "-force").arguments == ["-", "-force"]


def test_misplaced_flags_are_found_except_those_that_work_anywhere() -> None:
    """Flags behind arguments are reported, but not -format, nor data that only begins with a letter."""
    assert flags.misplaced(["p", "-field=a", "-", "--x", "-format=json", "k=-v"]) == ["-field=a", "--x"]


@pytest.mark.parametrize("word", ["-----BEGIN PRIVATE KEY-----\nMC4C", "-----BEGIN PGP MESSAGE-----", "- a", "-a b"])
def test_what_only_begins_with_hyphens_is_no_flag(word: str) -> None:
    """A private key in PEM isn't reported as a misplaced flag, which would print it."""
    assert flags.misplaced([word]) == []


def test_a_flag_is_found_anywhere() -> None:
    """The output format counts wherever it stands, the last one wins, and nothing behind `--` does."""
    assert flags.anywhere(["p", "-format=json", "--format", "yaml"], "format") == "yaml"
    assert flags.anywhere(["--", "-format=json"], "format") is None


def test_every_command_declares_flags_once() -> None:
    """No command has two flags of one name, and each command of the table can be loaded and has help."""
    from strongroom.cli import usage
    from strongroom.cli.run import load
    from strongroom.cli.table import COMMANDS

    for name in COMMANDS:
        command = load(name)
        names = [spelled for flag in command.flags() for spelled in (flag.name, *flag.aliases)]
        assert len(names) == len(set(names)), name
        text = usage.command(command)
        assert text.startswith(f"Usage: strongroom {name}")
        assert all(len(line) <= 80 or line.lstrip().startswith("$") for line in text.splitlines()), name
    assert Group("x", ()).flags == ()
