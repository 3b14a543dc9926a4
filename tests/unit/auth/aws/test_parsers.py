"""Role tags and identity documents of any kind: read, or refused with no other error."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.aws.documents import of_pkcs7, of_signature
from strongroom.auth.aws.records import DocumentCertificate
from strongroom.auth.aws.role_tags import NONCE_BYTES, SEED_BYTES, RoleTag, is_made_with, made, split
from strongroom.lib.errors import InvalidRequest
from tests.sim.aws.documents import signature
from tests.sim.issuer import Issuer

SIGNER = Issuer("a")
CERTIFICATES = [
    DocumentCertificate(pem=SIGNER.certificate_pem),
    DocumentCertificate(pem=SIGNER.certificate_pem, type="identity"),
]
NAMES = st.text("abcdefghijklmnopqrstuvwxyz-_.", min_size=1, max_size=12)
KEY = bytes(32)


@given(
    NAMES,
    st.none() | st.lists(NAMES, max_size=4).map(tuple),
    st.booleans(),
    st.booleans(),
    st.integers(0, 10**7),
    st.sampled_from(["", "i-0123456789abcdef0"]),
)
def test_what_is_made_is_read(
    role: str, policies: tuple[str, ...] | None, disallow: bool, migrate: bool, ttl_s: int, instance: str
) -> None:
    """A tag says afterwards what it was made of, and only its role's key proves it."""
    tag = RoleTag("bm9uY2U=", role, policies, disallow, migrate, ttl_s, instance)
    found, text, digest = split(tag.value(KEY))
    assert found == tag
    assert is_made_with(text, digest, KEY)
    assert not is_made_with(text, digest, bytes(31) + b"x")


@given(st.text(max_size=60), st.integers(0, 60))
def test_any_tag(text: str, at: int) -> None:
    """What was changed isn't proved."""
    whole = RoleTag("bm9uY2U=", "web", ("a",), False, False, 60, "").value(KEY)
    for value in (text, f"v1:{text}", whole[:at] + text + whole[at:]):
        try:
            _, plain, digest = split(value)
        except InvalidRequest:
            continue
        assert not is_made_with(plain, digest, KEY) or value == whole


def test_a_tag_has_no_two_slashes_in_a_row() -> None:
    """A nonce that gives them is passed over, because clients that put the tag into a path make one of them."""
    tag = RoleTag("", "web", ("a",), False, False, 60, "")
    slashes, others = b"\xff" * NONCE_BYTES, bytes(SEED_BYTES - NONCE_BYTES)
    found, text, digest = split(made(tag, KEY, slashes + others))
    assert found.nonce == base64.b64encode(bytes(NONCE_BYTES)).decode()
    assert is_made_with(text, digest, KEY)
    seeds = (hashlib.sha512(bytes([number >> 8, number & 255])).digest() for number in range(1000))
    assert not any("//" in made(tag, KEY, seed) for seed in seeds)


@given(st.binary(max_size=100))
def test_any_document(data: bytes) -> None:
    """What isn't signed, and what is signed and no document."""
    for call in (
        lambda: of_pkcs7(base64.b64encode(data).decode(), CERTIFICATES),
        lambda: of_pkcs7(data.decode("latin-1"), CERTIFICATES),
        lambda: of_signature(base64.b64encode(data).decode(), signature(data, SIGNER), CERTIFICATES),
    ):
        with pytest.raises(InvalidRequest):
            call()
