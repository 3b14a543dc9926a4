"""Keys: those made for clients, and those of certificate requests."""

from __future__ import annotations

import pytest

from strongroom.engines.pki.issuing.rules import KeyChoice, check_key, key_for
from strongroom.lib.errors import InvalidRequest
from tests.unit.engines.pki.issuing.rules.requests import asked, requested, role

IGNORED = ("parameters key_type and key_bits ignored as role had specific values",)


@pytest.mark.parametrize(
    ("role_type", "role_bits", "type_", "bits", "made"),
    [
        ("rsa", 0, "", 0, ("rsa", 2048, ())),
        ("rsa", 3072, "", 0, ("rsa", 3072, ())),
        ("ec", 384, "", 0, ("ec", 384, ())),
        ("ed25519", 2048, "", 0, ("ed25519", 0, ())),
        ("rsa", 2048, "ec", 0, ("rsa", 2048, IGNORED)),
        ("rsa", 2048, "", 4096, ("rsa", 2048, IGNORED)),
        ("any", 0, "ec", 0, ("ec", 256, ())),
        ("any", 0, "ec", 384, ("ec", 384, ())),
        ("any", 0, "rsa", 0, ("rsa", 2048, ())),
        ("any", 0, "ed25519", 5, ("ed25519", 0, ())),
    ],
)
def test_the_key_that_is_made(
    role_type: str, role_bits: int, type_: str, bits: int, made: tuple[str, int, tuple[str, ...]]
) -> None:
    """The role decides about the key; the client does only where the role says `any`."""
    choice = key_for(role(key_type=role_type, key_bits=role_bits), asked(key_type=type_, key_bits=bits))

    assert choice == KeyChoice(type=made[0], bits=made[1], warnings=made[2])


@pytest.mark.parametrize(
    ("type_", "bits", "words"),
    [
        ("", 0, 'role key type "any" not allowed for issuing certificates'),
        ("", 2048, 'role key type "any" not allowed for issuing certificates'),
        ("rsa", 1024, "RSA keys < 2048 bits are unsafe and not supported: got 1024"),
        ("ec", 255, "unsupported bit length for EC key: 255"),
        ("any", 0, "unknown key type any"),
        ("dsa", 0, "unknown key type dsa"),
    ],
)
def test_a_choice_that_there_is_not(type_: str, bits: int, words: str) -> None:
    """Where the choice is the client's, it has to be one that there is."""
    with pytest.raises(InvalidRequest) as raised:
        key_for(role(key_type="any"), asked(key_type=type_, key_bits=bits))

    assert words in raised.value.text


@pytest.mark.parametrize(
    ("role_type", "role_bits", "type_", "bits", "words"),
    [
        ("rsa", 2048, "rsa", 2048, ""),
        ("rsa", 2048, "rsa", 3072, ""),
        ("rsa", 2048, "rsa", 1024, "role requires a minimum of a 2048-bit key, but CSR's key is 1024 bits"),
        ("rsa", 0, "rsa", 1024, "role requires a minimum of a 2048-bit key, but CSR's key is 1024 bits"),
        ("rsa", 3072, "rsa", 2048, "role requires a minimum of a 3072-bit key, but CSR's key is 2048 bits"),
        ("rsa", 2048, "ec", 256, "role requires keys of type rsa"),
        ("ec", 256, "rsa", 4096, "role requires keys of type ec"),
        ("ec", 256, "ec", 384, ""),
        ("ec", 384, "ec", 256, "role requires a minimum of a 384-bit key, but CSR's key is 256 bits"),
        ("ed25519", 2048, "ed25519", 0, ""),
        ("ed25519", 0, "ec", 256, "role requires keys of type ed25519"),
        ("any", 0, "rsa", 2048, ""),
        ("any", 4096, "rsa", 2048, ""),
        ("any", 0, "rsa", 2047, "RSA keys < 2048 bits are unsafe and not supported"),
        ("any", 0, "ec", 224, ""),
        ("any", 0, "ed25519", 0, ""),
    ],
)
def test_the_key_of_a_certificate_request(role_type: str, role_bits: int, type_: str, bits: int, words: str) -> None:
    """Its type is the role's, and its size at least that."""
    settings, request = role(key_type=role_type, key_bits=role_bits), requested(key_type=type_, key_bits=bits)
    if not words:
        check_key(settings, request)
        return
    with pytest.raises(InvalidRequest) as raised:
        check_key(settings, request)
    assert raised.value.text == words
