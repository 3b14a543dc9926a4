"""The functions that are there, and those that say why they aren't."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from strongroom.template.errors import FunctionFailed
from strongroom.template.functions import FUNCTIONS, for_one_execution
from tests.unit.template.functions.calls import call

NAMES = Path(__file__).parents[3] / "vectors" / "template" / "names.json"
FROM_ELSEWHERE = {"executeTemplate", "sockaddr"}


def test_every_function_of_the_peers_is_there() -> None:
    """The names are those that consul-template and OpenBao's agent give to templates, and no others."""
    names = {name for name in for_one_execution() if "." not in name}
    assert names == set(json.loads(NAMES.read_text())) - FROM_ELSEWHERE


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("key", 'function "key" needs Consul, which this agent doesn\'t speak to'),
        ("nomadVar", 'function "nomadVar" needs Nomad, which this agent doesn\'t speak to'),
        ("plugin", 'function "plugin" runs a program'),
        ("spew_dump", "use spew_sdump"),
        ("sprig_genCA", 'function "sprig_genCA" isn\'t offered: use pkiCert'),
        ("sprig_encryptAES", "use transit"),
        ("sprig_getHostByName", "asks the network"),
    ],
)
def test_what_is_refused_says_why(name: str, reason: str) -> None:
    """Whatever it is given, such a function fails with its name and what to do."""
    with pytest.raises(FunctionFailed) as caught:
        call(name, "a", 1)
    assert reason in caught.value.text


def test_only_refused_functions_take_whatever_they_are_given_and_fail() -> None:
    """The tables of subjects don't hide one another's functions."""
    from strongroom.template.functions import refusals

    assert all(FUNCTIONS[name] is function for name, function in refusals.FUNCTIONS.items())
