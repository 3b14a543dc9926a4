"""What is read of certificates."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.crypto import chains
from strongroom.crypto.certificates import certificate_of_der, certificates_of_pem
from strongroom.lib.errors import InvalidRequest
from tests.sim.pki import Authority

NOW = time.time()
ROOT = Authority.root(NOW)
LEAF = ROOT.issue("leaf", dns=("a.example",), uris=("x:y",), extensions=(("1.2.3.4", b"\x0c\x01a"),))


@given(st.binary(max_size=200))
def test_anything_else_is_refused(data: bytes) -> None:
    """Whatever the bytes are."""
    for given_ in (data, b"\x30" + data, b"\x30\x82" + data):
        with pytest.raises(InvalidRequest, match="is malformed"):
            certificate_of_der(given_)
    with pytest.raises(InvalidRequest):
        certificates_of_pem(b"-----BEGIN CERTIFICATE-----\n" + data + b"\n-----END CERTIFICATE-----\n")


@given(st.integers(0, 2000), st.integers(1, 255))
def test_a_changed_byte_is_noticed(at: int, change: int) -> None:
    """The certificate can't be read any more, or proves nothing, or nothing of what is signed was changed."""
    at %= len(LEAF.der)
    changed = LEAF.der[:at] + bytes([LEAF.der[at] ^ change]) + LEAF.der[at + 1 :]
    root = certificate_of_der(ROOT.own.der)
    try:
        leaf = certificate_of_der(changed)
    except InvalidRequest:
        return
    if leaf.x509.tbs_certificate_bytes == LEAF.certificate.tbs_certificate_bytes:
        return
    assert all(chains.fault(path, NOW) for path in chains.paths(chains.beginnings(leaf, ()), (root,)))
    assert not chains.has_issued(root, leaf)


def test_a_text_with_other_things() -> None:
    """Certificates are found between comments, keys and line breaks of Windows; none is passed over."""
    text = f"subject=Root\n{ROOT.pem}\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n{LEAF.pem}"
    for written in (text, text.replace("\n", "\r\n"), text.encode()):
        assert [each.der for each in certificates_of_pem(written)] == [ROOT.own.der, LEAF.der]
    trusted = ROOT.pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE")
    assert len(certificates_of_pem(ROOT.pem + LEAF.pem)) == 2
    for wrong in ("", "nothing", ROOT.pem[:-40], ROOT.pem + LEAF.pem[:200], trusted[:90]):
        with pytest.raises(InvalidRequest, match=r"is no certificate in PEM|is malformed"):
            certificates_of_pem(wrong)


def test_paths_are_few() -> None:
    """However many authorities claim each other's names: the search ends, and gives shortest paths first."""
    names = [f"A{number}" for number in range(14)]
    key = ROOT.own.key
    from tests.sim.pki.authority import make

    same = [make(NOW, "Root", ROOT.own, is_ca=True, key=key) for _ in names]
    leaf = certificate_of_der(LEAF.der)
    begun = chains.beginnings(leaf, [certificate_of_der(each.der) for each in same])
    assert len(begun) <= 256
    found = list(chains.paths(begun, [certificate_of_der(ROOT.own.der)]))
    assert 1 <= len(found) <= 16
    assert [len(path) for path in found] == sorted(len(path) for path in found)
    assert chains.fault(found[0], NOW) == ""
