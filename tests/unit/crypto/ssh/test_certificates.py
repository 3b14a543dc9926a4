"""Certificates, read by another library and by OpenSSH."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import SSHCertificate, SSHCertificateType, load_ssh_public_identity
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.crypto.ssh import private_keys, signing
from strongroom.crypto.ssh.certificates import HOST, USER, Draft, line, to_sign
from strongroom.lib.errors import InvalidRequest

AUTHORITY = private_keys.generate("ed25519", 0)
KEY = private_keys.generate("ec", 256).public
_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
_NUMBER = st.integers(0, 2**64 - 1)
_OPTIONS = st.dictionaries(_TEXT.filter(bool), _TEXT, max_size=5)


def written(draft: Draft, authority: signing.Authority = AUTHORITY, algorithm: str = "default") -> str:
    """The certificate in one line."""
    data = to_sign(draft, authority, bytes(32))
    return line(draft, data, authority.sign(data, algorithm))


@given(
    st.builds(
        Draft,
        key=st.just(KEY),
        serial=_NUMBER,
        type=st.sampled_from([USER, HOST]),
        key_id=_TEXT,
        principals=st.lists(_TEXT.filter(bool), max_size=10).map(tuple),
        valid_after=_NUMBER,
        valid_before=_NUMBER,
        critical_options=_OPTIONS,
        extensions=_OPTIONS,
    )
)
@settings(max_examples=200)
def test_another_library_reads_what_was_written(draft: Draft) -> None:
    """Every field comes back as it was given, and the signature is the authority's."""
    certificate = load_ssh_public_identity(written(draft).encode())
    assert isinstance(certificate, SSHCertificate)
    certificate.verify_cert_signature()
    assert certificate.serial == draft.serial
    assert certificate.type is (SSHCertificateType.USER if draft.type == USER else SSHCertificateType.HOST)
    assert certificate.key_id.decode() == draft.key_id
    assert [name.decode() for name in certificate.valid_principals] == list(draft.principals)
    assert (certificate.valid_after, certificate.valid_before) == (draft.valid_after, draft.valid_before)
    options = {name.decode(): value.decode() for name, value in certificate.critical_options.items()}
    assert options == draft.critical_options
    extensions = {name.decode(): value.decode() for name, value in certificate.extensions.items()}
    assert extensions == draft.extensions


AUTHORITIES = [("ed25519", 0), ("ec", 256), ("ec", 384), ("ec", 521), ("rsa", 2048)]


@pytest.mark.parametrize("algorithm", ["default", *signing.ALGORITHMS])
@pytest.mark.parametrize(("kind", "bits"), AUTHORITIES)
def test_openssh_reads_what_each_authority_signs(kind: str, bits: int, algorithm: str, tmp_path: Path) -> None:
    """OpenSSH names the algorithm that was asked for; those of RSA are refused for other keys."""
    authority = signing.of_stored(private_keys.generate(kind, bits).pkcs8)
    draft = Draft(KEY, 1, USER, "id", ("a",), 0, 2**63)
    if algorithm != "default" and kind != "rsa":
        with pytest.raises(InvalidRequest, match=f"can't sign by {algorithm}"):
            written(draft, authority, algorithm)
        return
    (tmp_path / "c-cert.pub").write_text(written(draft, authority, algorithm))
    done = subprocess.run(
        ["ssh-keygen", "-L", "-f", str(tmp_path / "c-cert.pub")], capture_output=True, text=True, check=True
    )
    usual = "rsa-sha2-256" if kind == "rsa" else authority.public.type
    assert f"(using {usual if algorithm == 'default' else algorithm})" in done.stdout


def test_a_generated_key_has_the_length_that_was_asked_for() -> None:
    """Types and lengths are those that OpenSSH has; others are refused before a key is made."""
    assert private_keys.kind_of("ssh-rsa", 0) == ("rsa", 4096)
    assert private_keys.kind_of("ecdsa-sha2-nistp384", 0) == ("ec", 384)
    assert private_keys.kind_of("ec", 0) == ("ec", 256)
    assert private_keys.kind_of("ed25519", 7) == ("ed25519", 0)
    for type_, bits in (("dsa", 0), ("rsa", 1024), ("rsa", 2049), ("rsa", 100_000), ("rsa", -1), ("ec", 224), ("", 0)):
        with pytest.raises(InvalidRequest):
            private_keys.kind_of(type_, bits)
