"""Random templates against Go's own `text/template`."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from strongroom.template.errors import TemplateError
from tests.fuzz.effort import examples
from tests.fuzz.template.test_template_fuzz import DATA, LIMITS
from tests.fuzz.template.writer import MISSING, Writer
from tests.unit.template.oracle_functions import executed
from tests.unit.template.typed import typed

GO = shutil.which("go")
pytestmark = pytest.mark.skipif(GO is None, reason="go is not installed")
COUNT = examples(400)
ADDRESS = re.compile(r"0x[0-9a-f]{9,}")
VALUES = re.compile(
    r"range can't iterate over .*|can't use .* to iterate over more than one variable|non-comparable type.*", re.S
)
"""What tells values in Go's errors, and types in ours."""
TAKEN = re.compile(
    r"expected u?int64; got u?int|with type interface \{\}|in type \*main\.Inner|error calling call: non-function"
    r"|expected map\[string\]interface \{\}; got map\[string\]string"
)
"""What is refused by Go alone, for types that are one here; and other words for what a value points to."""


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that executes templates."""
    program = tmp_path_factory.mktemp("oracle") / "oracle"
    source = Path(__file__).parent / "oracle" / "main.go"
    subprocess.run([str(GO), "build", "-o", str(program), str(source)], check=True, cwd=program.parent, timeout=120)
    return program


def theirs(oracle: Path, cases: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The results and errors of Go."""
    lines = [
        json.dumps({**case, "text": base64.b64encode(case["text"].encode("utf-8", "surrogateescape")).decode()})
        for case in cases
    ]
    done = subprocess.run(
        [str(oracle)], input="\n".join(lines), capture_output=True, text=True, check=True, timeout=120
    )
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        output = base64.b64decode(answer["out"] or "").decode("utf-8", "surrogateescape")
        yield ("" if answer["err"] else ADDRESS.sub("0xc000000000", output)), answer["err"]


def ours(case: dict[str, Any]) -> tuple[str, str]:
    """The result and error here."""
    try:
        return executed(case["text"], typed(case["data"]), name="main", missing_key=case["missing"], limits=LIMITS), ""
    except TemplateError as error:
        return "", error.text


def test_templates_give_what_gos_give(oracle: Path) -> None:
    """Results and errors are equal, byte for byte, but for what errors tell of values."""
    texts = [Writer(Random(number)).template() for number in range(COUNT)]
    cases: list[dict[str, Any]] = [
        {"name": "main", "text": text, "data": DATA, "missing": MISSING[number % len(MISSING)]}
        for number, text in enumerate(texts)
    ]
    different = []
    for case, (output, error) in zip(cases, theirs(oracle, cases), strict=True):
        result = ours(case)
        if TAKEN.search(error) or "more than" in result[1]:
            continue
        if (result[0], VALUES.sub("", result[1])) != (output, VALUES.sub("", error)):
            different.append((case["text"], (output, error), result))
    assert different == []
