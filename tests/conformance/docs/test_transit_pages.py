"""The pages about transit name the types, codes, operations and parameters that the engine has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from strongroom.crypto.asymmetric.hash_algorithms import OAEP_HASHES
from strongroom.engines.transit.encryption import items
from strongroom.engines.transit.key_types import KEY_TYPES, OTHER_NAMES
from strongroom.engines.transit.keys.allowed import OPERATIONS
from strongroom.engines.transit.moving.exporting import KINDS
from strongroom.engines.transit.paths.derive_key import DeriveKeyFields
from strongroom.engines.transit.paths.encrypt import EncryptFields
from strongroom.engines.transit.paths.imports import ImportFields
from strongroom.engines.transit.paths.key_settings import ConfigFields
from strongroom.engines.transit.paths.keys import KeyFields
from strongroom.engines.transit.paths.sign import SignFields
from strongroom.engines.transit.paths.verify import VerifyFields
from strongroom.engines.transit.refusals import Code

ENGINES = Path(__file__).parents[3] / "docs" / "engines"
MAIN, SIGNING, MOVING = ((ENGINES / f"transit{name}.md").read_text() for name in ("", "-signing", "-moving"))
REFUSED = {"managed_key_name", "managed_key_id", "external_key_ref"}
"""Parameters that are known in order to be refused."""


def section(page: str, heading: str) -> str:
    """What stands below a heading, up to the next one of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", page, re.M)
    assert found is not None, heading
    end = re.search(rf"^#{{1,{len(found[1])}}} ", page[found.end() :], re.M)
    return page[found.end() :][: end.start() if end else None]


def first_cells(text: str) -> set[str]:
    """What stands in code quotes in the first column of a section's tables."""
    return {name for cell in re.findall(r"^\| (.*?) \|", text, re.M) for name in re.findall(r"`([^`]+)`", cell)}


def test_every_type_is_described() -> None:
    """The table of types has those that there are, and no other."""
    assert first_cells(section(MAIN, "Types of keys")) - {"type"} == KEY_TYPES.keys() | OTHER_NAMES.keys()


def test_every_code_is_explained() -> None:
    """The table of `error_code` has those that items get, and no other."""
    assert first_cells(section(MAIN, "Batches")) - {"error_code"} == {str(code) for code in Code}


def test_every_operation_is_named() -> None:
    """What `allowed_operations` takes stands in its row."""
    row = next(line for line in section(MAIN, "Settings").splitlines() if line.startswith("| `allowed_operations`"))
    assert set(OPERATIONS) <= set(re.findall(r"`(\w+)`", row))


def test_the_hash_functions_of_oaep_are_named() -> None:
    """The row has those that RSA's OAEP takes, and no other: SHA-3 is for signatures alone."""
    row = next(line for line in section(MAIN, "Encrypting").splitlines() if line.startswith("| `oaep_hash`"))
    assert set(re.findall(r"`(sha[\w-]+)`", row)) == OAEP_HASHES.keys()


def test_every_kind_of_export_is_described() -> None:
    """The table of exports has the kinds that there are, and no other."""
    assert first_cells(section(MOVING, "Export")) - {"KIND"} == set(KINDS)


@pytest.mark.parametrize(
    ("page", "heading", "names"),
    [
        (MAIN, "Settings", set(KeyFields.__struct_fields__) - REFUSED),
        (MAIN, "Settings", set(ConfigFields.__struct_fields__)),
        (MAIN, "Encrypting", set(EncryptFields.__struct_fields__) | items.OF_ENCRYPT),
        (MOVING, "Import", set(ImportFields.__struct_fields__)),
        (
            MOVING,
            "Keys that two parties agree on",
            set(DeriveKeyFields.__struct_fields__) - {"key_derivation_algorithm"},
        ),
        (SIGNING, "Signing and verifying", set(SignFields.__struct_fields__) - {"algorithm"}),
        (SIGNING, "Signatures, codes, digests", set(VerifyFields.__struct_fields__)),
    ],
)
def test_every_parameter_is_described(page: str, heading: str, names: set[str]) -> None:
    """Each parameter stands in the section that is about it."""
    assert names - set(re.findall(r"`(\w+)`", section(page, heading).replace("=", "` `"))) == set()
