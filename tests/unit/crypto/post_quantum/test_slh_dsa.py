"""Keys of SLH-DSA, and NIST's vectors for them."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from strongroom.crypto.post_quantum import SLH_DSA_PARAMETER_SETS, SlhDsaKey, require_slh_dsa
from strongroom.crypto.post_quantum import slh_dsa_encoding as encoding
from strongroom.lib.errors import Internal, InvalidRequest
from tests.unit.crypto.post_quantum.vectors import field, nist

needs_pqcrypto = pytest.mark.skipif(importlib.util.find_spec("pqcrypto") is None, reason="pqcrypto is not installed")
_SET = "slh-dsa-sha2-128f"
_SECRETS, _PUBLIC = bytes(range(32)), bytes(range(32, 64))
_PRIVATE = _SECRETS + _PUBLIC


@needs_pqcrypto
@pytest.mark.parametrize("parameter_set", [each for each in SLH_DSA_PARAMETER_SETS if each.endswith("f")])
def test_a_pair_signs_and_its_public_half_verifies(parameter_set: str) -> None:
    """The public half alone accepts what the pair signed, with the same message and context, and nothing else."""
    pair = SlhDsaKey.generate(parameter_set)
    public = SlhDsaKey.of_public(pair.public)
    signature = pair.sign(b"message", b"context")
    assert public.parameter_set == parameter_set
    assert public.verify(signature, b"message", b"context")
    assert not public.verify(signature, b"message")
    assert not public.verify(signature, b"another", b"context")
    for altered in (b"", signature[:-1], signature + b"\x00", bytes((signature[0] ^ 1,)) + signature[1:]):
        assert not public.verify(altered, b"message", b"context")


@needs_pqcrypto
def test_every_set_signs_with_a_key_of_nist() -> None:
    """For each set a private key of NIST's, read from PKCS#8, makes signatures that NIST's public key accepts."""
    signed = dict[str, bool]()
    for group, case in nist("nist_slh_dsa_key_gen.json"):
        parameter_set = group["parameterSet"].lower()
        pair = SlhDsaKey.of_private(encoding.pkcs8(parameter_set, field(case, "sk")))
        assert pair.raw_public == field(case, "pk")
        if parameter_set not in signed:
            public = SlhDsaKey.of_public(encoding.spki(parameter_set, field(case, "pk")))
            signed[parameter_set] = public.verify(pair.sign(b"message", b"context"), b"message", b"context")
    assert signed == dict.fromkeys(SLH_DSA_PARAMETER_SETS, True)


@needs_pqcrypto
def test_nist_signatures() -> None:
    """NIST's signatures of each set are accepted where they are right, and only there."""
    accepted = set[str]()
    for group, case in nist("nist_slh_dsa_sig_ver.json.gz"):
        parameter_set = group["parameterSet"].lower()
        key = SlhDsaKey.of_public(encoding.spki(parameter_set, field(case, "pk")))
        valid = key.verify(field(case, "signature"), field(case, "message"), field(case, "context"))
        assert valid == case["testPassed"], case["tcId"]
        if valid:
            accepted.add(parameter_set)
    assert accepted == set(SLH_DSA_PARAMETER_SETS)


@needs_pqcrypto
def test_a_signature_that_does_not_fit_is_not_given_out() -> None:
    """A private key with the public half of another makes no signatures."""
    key = SlhDsaKey.of_private(encoding.pkcs8(_SET, _PRIVATE))
    with pytest.raises(Internal):
        key.sign(b"message")
    with pytest.raises(InvalidRequest, match="don't belong together"):
        key.check_halves()
    SlhDsaKey.generate(_SET).check_halves()


@needs_pqcrypto
def test_the_longest_context_is_taken() -> None:
    """255 bytes are allowed, and one more is the client's error."""
    pair = SlhDsaKey.generate(_SET)
    assert pair.verify(pair.sign(b"", bytes(255)), b"", bytes(255))
    for act in (lambda: pair.sign(b"", bytes(256)), lambda: pair.verify(b"", b"", bytes(256))):
        with pytest.raises(InvalidRequest, match="255"):
            act()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the command that installs it; keys can be read without it all the same."""
    monkeypatch.setitem(sys.modules, "pqcrypto", None)
    key = SlhDsaKey.of_private(encoding.pkcs8(_SET, _PRIVATE))
    for act in (
        require_slh_dsa,
        lambda: SlhDsaKey.generate(_SET),
        lambda: key.sign(b"message"),
        lambda: key.verify(b"signature", b"message"),
    ):
        with pytest.raises(InvalidRequest, match=r"pip install .*pq"):
            act()


@pytest.mark.parametrize("parameter_set", SLH_DSA_PARAMETER_SETS)
def test_encodings_come_back(parameter_set: str) -> None:
    """Both encodings of each set give the set and the same bytes again."""
    n = {"128": 16, "192": 24, "256": 32}[parameter_set[-4:-1]]
    pair = SlhDsaKey.of_private(encoding.pkcs8(parameter_set, bytes(range(4 * n))))
    assert (pair.parameter_set, pair.raw_private, pair.raw_public) == (
        parameter_set,
        bytes(range(4 * n)),
        bytes(range(2 * n, 4 * n)),
    )
    assert pair.private == encoding.pkcs8(parameter_set, bytes(range(4 * n)))
    public = SlhDsaKey.of_public(pair.public)
    assert (public.parameter_set, public.raw_public, public.private) == (parameter_set, pair.raw_public, None)


def test_the_encodings_are_those_of_rfc_9909() -> None:
    """The raw bytes stand in the OCTET STRING and in the BIT STRING, and the algorithm has no parameters."""
    algorithm = "300b0609608648016503040315"
    assert encoding.pkcs8(_SET, _PRIVATE) == bytes.fromhex("3052020100" + algorithm + "0440") + _PRIVATE
    assert encoding.spki(_SET, _PUBLIC) == bytes.fromhex("3030" + algorithm + "032100") + _PUBLIC


def test_a_private_key_may_come_with_its_public_one() -> None:
    """RFC 5958 allows it; that of another key is refused."""
    head = bytes.fromhex("3075020101300b06096086480165030403150440") + _PRIVATE + bytes.fromhex("812100")
    assert SlhDsaKey.of_private(head + _PUBLIC).raw_private == _PRIVATE
    with pytest.raises(InvalidRequest, match="of another"):
        SlhDsaKey.of_private(head + _SECRETS)


def test_what_is_no_such_key_is_refused() -> None:
    """Cut, extended, swapped and foreign encodings are the client's errors."""
    private, public = encoding.pkcs8(_SET, _PRIVATE), encoding.spki(_SET, _PUBLIC)
    ed25519 = bytes.fromhex("302e020100300506032b657004220420") + bytes(32)
    for bad in (
        b"",
        b"key",
        public,
        ed25519,
        private[:-1],
        private + b"\x00",
        encoding.pkcs8(_SET, _PRIVATE[:-1]),
        encoding.pkcs8(_SET, _PRIVATE + b"\x00"),
        private.replace(b"\x02\x01\x00", b"\x02\x01\x02"),
        private.replace(b"\x04\x40", b"\x0c\x40"),
        b"\x31" + private[1:],
    ):
        with pytest.raises(InvalidRequest):
            SlhDsaKey.of_private(bad)
    for bad in (
        b"",
        b"key",
        private,
        public[:-1],
        public + b"\x00",
        encoding.spki(_SET, _PUBLIC[:-1]),
        encoding.spki(_SET, b""),
        public.replace(b"\x03\x21\x00", b"\x03\x21\x01"),
        b"\x31" + public[1:],
    ):
        with pytest.raises(InvalidRequest):
            SlhDsaKey.of_public(bad)
    for unknown in ("", "slh-dsa-shake-128", "sha2-128s", "SLH-DSA-SHA2-128s", "keygen"):
        with pytest.raises(InvalidRequest, match="slh-dsa-sha2-128s"):
            SlhDsaKey.generate(unknown)


def test_a_public_key_has_no_private_part() -> None:
    """It gives none out, and refuses to sign."""
    public = SlhDsaKey.of_public(encoding.spki(_SET, _PUBLIC))
    assert public.private is None
    with pytest.raises(InvalidRequest, match="only the public key"):
        public.sign(b"message")


def test_a_key_does_not_show_itself() -> None:
    """Its text names the parameter set alone."""
    assert repr(SlhDsaKey.of_private(encoding.pkcs8(_SET, _PRIVATE))) == f"SlhDsaKey(parameter_set='{_SET}')"
