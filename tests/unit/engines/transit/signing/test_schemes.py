"""What the parameters of `sign` and `verify` leave behind."""

from __future__ import annotations

import sys

import msgspec
import pytest

from strongroom.engines.transit.signing.schemes import Asked, scheme_of


@pytest.mark.parametrize(
    ("type_", "field"),
    [
        ("ecdsa-p256", "signature_algorithm"),
        ("ml-dsa", "signature_algorithm"),
        ("ed25519", "signature_context"),
    ],
)
def test_long_parameters_are_not_kept(type_: str, field: str) -> None:
    """A type may ignore a parameter, and base64 line ends: a text of any length is valid, and must not stay."""
    text = "\n" * 100_000
    before = sys.getrefcount(text)
    scheme_of(type_, msgspec.structs.replace(Asked(), **{field: text}))
    assert sys.getrefcount(text) == before


def test_schemes_are_made_once() -> None:
    """Every request of a client has the same parameters, as a rule."""
    asked = Asked(signature_algorithm="ed25519ctx", signature_context="eA==")
    assert scheme_of("ed25519", asked) is scheme_of("ed25519", asked)
