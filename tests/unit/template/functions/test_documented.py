"""The page of functions tells what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

from strongroom.template.functions import refusals
from strongroom.template.functions.sprig import FUNCTIONS as SPRIG

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs/agent/template-functions.md").read_text()
NAMES = set(json.loads((ROOT / "tests/vectors/template/names.json").read_text()))
OFFERED, REFUSED = (
    set(re.findall(r"`([A-Za-z_0-9]+)`", PAGE.split(f"## {title}")[1].partition("\n## ")[0])) & NAMES
    for title in ("All functions", "What is refused")
)
SUGGESTED = {"file", "pkiCert", "spew_sdump"}
"""Functions that stand among those refused, as what to use instead."""


def test_each_function_is_listed() -> None:
    """Those of consul-template stand in one of the two tables."""
    assert NAMES - refusals.FUNCTIONS.keys() - SPRIG.keys() == OFFERED
    assert refusals.FUNCTIONS.keys() <= REFUSED - SUGGESTED


def test_each_refused_function_is_listed() -> None:
    """The page names those of sprig that only say why they aren't there, and no others."""
    refused = {name for name, function in SPRIG.items() if function.call.__module__ == refusals.__name__}
    assert {name for name in REFUSED if name.startswith("sprig_")} == refused
