"""Random bytes, and damaged keys, against the readers of keys, certificates and wrapped imports."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.crypto.asymmetric import formats
from strongroom.crypto.asymmetric.certificate_chains import chain_for
from strongroom.crypto.asymmetric.certificate_requests import request_for
from strongroom.crypto.asymmetric.ecdsa import P256, P521, EcdsaKey, der_of_raw, raw_of_der
from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.crypto.asymmetric.wrapping import unwrap, wrap
from strongroom.lib.errors import InvalidRequest, Tampered
from tests.fuzz.damage import damaged
from tests.fuzz.effort import examples

_RSA = RsaKey.generate(2048)
_SIGNER = EcdsaKey.generate()
_PAIRS: list[formats.Key] = [_RSA, _SIGNER, EcdsaKey.generate(P521), Ed25519Key.generate()]
_PRIVATE = [
    *(formats.private_der(key) for key in _PAIRS),
    formats.private_der(_RSA, "pkcs1"),
    formats.private_der(_SIGNER, "sec1"),
]
_PUBLIC = [key.public for key in _PAIRS]
_REQUEST = request_for(_SIGNER).encode()
_PEM = [formats.public_pem(key).encode() for key in _PAIRS]


@given(damaged(_PRIVATE) | damaged(_PUBLIC) | st.binary(max_size=300))
@settings(max_examples=examples(300), deadline=None)
def test_any_bytes_are_a_key_or_refused(data: bytes) -> None:
    """With the one error that a client is told; and what was read works, and is written as it was read."""
    with contextlib.suppress(InvalidRequest):
        key = formats.private_of(data)
        assert key.verify(b"m", key.sign(b"m"))
        again = formats.private_of(formats.private_der(key))
        assert (again.private, again.public) == (key.private, key.public)
    with contextlib.suppress(InvalidRequest):
        public = formats.public_of(data)
        assert public.verify(b"m", b"s" * 64) is False
        assert formats.public_of(public.public).public == public.public


@given(damaged(_PEM).map(lambda data: data.decode("latin-1")) | st.text(max_size=200))
@settings(max_examples=examples(200), deadline=None)
def test_any_text_is_a_public_key_or_refused(text: str) -> None:
    """As are certificate requests and chains."""
    with contextlib.suppress(InvalidRequest):
        formats.public_of_pem(text)
    with contextlib.suppress(InvalidRequest):
        chain_for(_SIGNER.public, text)


@given(damaged([_REQUEST]).map(lambda data: data.decode("latin-1")))
@settings(max_examples=examples(200), deadline=None)
def test_any_text_is_a_template_or_refused(text: str) -> None:
    """What is made of it is a request for our key."""
    with contextlib.suppress(InvalidRequest):
        assert request_for(_SIGNER, text).startswith("-----BEGIN CERTIFICATE REQUEST-----\n")


@given(damaged([wrap(_RSA, b"material")]))
@settings(max_examples=examples(100), deadline=None)
def test_any_ciphertext_is_the_material_or_refused(ciphertext: bytes) -> None:
    """Nothing else ever comes out."""
    with contextlib.suppress(InvalidRequest, Tampered):
        assert unwrap(_RSA, ciphertext) == b"material"


@given(damaged([_SIGNER.sign(b"m"), _SIGNER.sign(b"m", marshaling="jws")]) | st.binary(max_size=140))
@settings(max_examples=examples(200), deadline=None)
def test_any_bytes_are_judged_as_signatures(signature: bytes) -> None:
    """By every key, without an error; and marshaling says the same when it comes back."""
    for key in _PAIRS:
        key.verify(b"other", signature)
        assert key.verify(b"another", signature) is False
    with contextlib.suppress(ValueError):
        raw = raw_of_der(signature, P256)
        assert raw_of_der(der_of_raw(raw, P256), P256) == raw
