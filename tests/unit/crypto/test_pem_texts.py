"""Certificates and keys in texts: whatever stands around them, and however their lines are broken."""

from __future__ import annotations

import json
import textwrap
import time

import pytest

from strongroom.crypto.pem_texts import contents_of, is_key_of
from tests.unit.agent.dependencies.issuing import Authority

ROOT = Authority.new("root")
PAIR = ROOT.issue("a.example.com", ["10.0.0.1", "B.example.com"])
TEXT = PAIR.certificate + PAIR.key + ROOT.pem


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT * 2,
        TEXT.replace("\n", "\r\n"),
        textwrap.indent(TEXT, "\t "),
        json.dumps([TEXT]),
        TEXT.replace("\n", " "),
        f"-----BEGIN nothing\n-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n{TEXT}",
    ],
)
def test_everything_is_found_once(text: str) -> None:
    """The order is the text's; what can't be read is left out."""
    found = contents_of(text)
    assert [each.pem for each in found.certificates] == [PAIR.certificate, ROOT.pem]
    assert found.keys == (PAIR.key,)
    leaf, root = found.certificates
    assert (leaf.common_name, leaf.is_authority, root.is_authority) == ("a.example.com", False, True)
    assert leaf.names == {"a.example.com", "b.example.com", "10.0.0.1"}
    assert leaf.issuer == root.subject
    assert "PRIVATE" not in repr(found)


def test_a_key_belongs_to_its_certificate_alone() -> None:
    """Another key, and what is no key, don't."""
    assert is_key_of(PAIR.key, PAIR.certificate)
    assert not is_key_of(ROOT.issue("a.example.com").key, PAIR.certificate)
    assert not is_key_of("x", PAIR.certificate)
    assert not is_key_of(PAIR.key, "x")


@pytest.mark.parametrize("piece", ["-----BEGIN CERTIFICATE-----", "-----BEGIN A-----\n-", "-----END CERTIFICATE-----"])
def test_a_text_of_many_beginnings_costs_little(piece: str) -> None:
    """Nobody can make the search long: it takes a time that grows with the length alone."""
    began = time.process_time()
    assert contents_of(piece * 40_000).certificates == ()
    assert time.process_time() - began < 5
