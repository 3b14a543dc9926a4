"""Questions of clients and answers of authorities, as OpenSSL and another library write and read them."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import ocsp as library

from strongroom.crypto import der, der_values
from strongroom.crypto.certificates import certificate_of_der
from strongroom.crypto.ocsp_responder import answers, questions
from strongroom.crypto.ocsp_responder.answers import Refusal, Standing, Times
from strongroom.crypto.ocsp_responder.questions import MalformedQuestion, Question
from strongroom.crypto.revocation_lists.signers import signer
from tests.sim.pki import Authority

NOW = float(int(time.time()))
TIMES = Times(NOW, NOW + 3600)


def own(root: Authority) -> tuple[bytes, Any]:
    """An authority's name, and its signer."""
    return certificate_of_der(root.own.der).subject, signer(root.own.key)


def asked_by_openssl(folder: Path, root: Authority, certificates: list[Any], *options: str) -> Question:
    """What `openssl ocsp` asks."""
    (folder / "ca.pem").write_text(root.own.pem)
    command = ["openssl", "ocsp", "-issuer", "ca.pem", "-reqout", "question", *options]
    for number, each in enumerate(certificates):
        (folder / f"{number}.pem").write_text(each.pem)
        command += ["-cert", f"{number}.pem"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return questions.question((folder / "question").read_bytes())


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1()), None])
@pytest.mark.parametrize("options", [[], ["-no_nonce"], ["-sha256"], ["-sha512", "-no_nonce"]])
def test_openssl_asks_for_several_and_takes_the_answer(key: Any, options: list[str], tmp_path: Path) -> None:
    """Each certificate has its own standing; signature, nonce and times satisfy it."""
    root = Authority.root(NOW, key=key or ed25519.Ed25519PrivateKey.generate())
    good, revoked, unknown = (root.issue(name) for name in ("good", "revoked", "unknown"))
    question = asked_by_openssl(tmp_path, root, [good, revoked, unknown], *options)
    assert [each.serial for each in question.certificates] == [
        each.certificate.serial_number for each in (good, revoked, unknown)
    ]
    assert (question.nonce is None) == ("-no_nonce" in options)
    first, second, third = question.certificates
    standings = [Standing(first), Standing(second, revoked_at=NOW - 60), Standing(third, known=False)]
    name, signs = own(root)
    (tmp_path / "answer").write_bytes(answers.answer(standings, TIMES, name, signs, question.nonce))
    # It would add another nonce to the question that it has written.
    hashed = [each for each in options if each != "-no_nonce"]
    command = ["openssl", "ocsp", "-respin", "answer", "-reqin", "question", "-CAfile", "ca.pem", "-issuer", "ca.pem"]
    command += ["-no_nonce", *hashed]
    for number in range(3):
        command += ["-cert", f"{number}.pem"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Response verify OK" in said.stderr
    assert "WARNING" not in said.stderr.replace("WARNING: no nonce in response", "" if question.nonce is None else "W")
    assert "0.pem: good" in said.stdout
    assert "1.pem: revoked" in said.stdout
    assert "2.pem: unknown" in said.stdout


def test_another_library_reads_an_answer() -> None:
    """Times, responder, certificate and nonce are where they belong; without a next time there is none."""
    root = Authority.root(NOW)
    leaf = root.issue("leaf")
    nonce = b"0123456789abcdef"
    builder = library.OCSPRequestBuilder().add_certificate(leaf.certificate, root.own.certificate, hashes.SHA1())
    asked = builder.add_extension(x509.OCSPNonce(nonce), critical=False).build()
    question = questions.question(asked.public_bytes(serialization.Encoding.DER))
    name, signs = own(root)
    standing = [Standing(question.certificates[0], revoked_at=NOW - 5)]
    read = library.load_der_ocsp_response(answers.answer(standing, Times(NOW, 0), name, signs, question.nonce))
    assert read.response_status is library.OCSPResponseStatus.SUCCESSFUL
    assert read.responder_name == root.own.certificate.subject
    assert read.certificate_status is library.OCSPCertStatus.REVOKED
    assert read.revocation_time_utc is not None
    assert read.revocation_time_utc.timestamp() == NOW - 5
    assert read.this_update_utc.timestamp() == NOW
    assert read.next_update_utc is None
    assert read.issuer_key_hash == asked.issuer_key_hash
    assert read.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == nonce


@pytest.mark.parametrize("why", list(Refusal))
def test_refusals(why: Refusal) -> None:
    """They are answers with a status and nothing else."""
    assert library.load_der_ocsp_response(answers.refusal(why)).response_status.value == why


def certificate_id(hashed: str = "1.3.14.3.2.26", serial: int = 5) -> bytes:
    """A CertID in DER."""
    algorithm = der_values.sequence((der_values.identifier(hashed), der_values.NULL))
    digest = der.encoded(der_values.OCTET_STRING, bytes(20))
    return der_values.sequence((algorithm, digest, digest, der_values.integer(serial)))


def written(*parts: bytes, requests: int = 1, single: bytes = b"", signature: bytes = b"") -> bytes:
    """A question in DER with some parts, and so many requests."""
    each = der_values.sequence((certificate_id(), single))
    listed = der_values.sequence(each for _ in range(requests))
    head = [part for part in parts if part[0] in (0xA0, 0xA1)]
    tail = [part for part in parts if part not in head]
    return der_values.sequence((der_values.sequence((*head, listed, *tail)), signature))


def extensions(*each: bytes, tag: int = 2) -> bytes:
    """Extensions under their tag."""
    return der_values.explicit(tag, der_values.sequence(each))


NONCE = "1.3.6.1.5.5.7.48.1.2"
VERSION_1 = der_values.explicit(0, der_values.integer(0))


@pytest.mark.parametrize(
    "data",
    [
        written(),
        written(VERSION_1),
        written(VERSION_1, der_values.explicit(1, b"anything"), extensions(der_values.extension("1.2.3", b"x"))),
        written(signature=der_values.explicit(0, b"not looked at")),
        written(single=extensions(der_values.extension("1.2.3", b"x"), tag=0)),
        written(requests=questions.MOST_CERTIFICATES),
        written(extensions(der_values.extension(NONCE, b"\x04\x01n", critical=True))),
        der_values.sequence(
            (der_values.sequence((der_values.sequence((der_values.sequence((certificate_id("1.2.3.4"),)),)),)),)
        ),
    ],
)
def test_questions_with_what_they_may_have(data: bytes) -> None:
    """Version, requestor, signature, and extensions that nobody needs to know."""
    assert questions.question(data).certificates[0].serial == 5


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        b"\x30\x00",
        b"\x30\x80\x00\x00",
        written() + b"\x00",
        written(requests=0),
        written(requests=questions.MOST_CERTIFICATES + 1),
        written(der_values.explicit(0, der_values.integer(1))),
        written(extensions(der_values.extension("1.2.3", b"x", critical=True))),
        written(single=extensions(der_values.extension("1.2.3", b"x", critical=True), tag=0)),
        written(single=b"\x05\x00"),
        written(extensions(der_values.extension(NONCE, bytes(200)))),
        written(extensions(der_values.extension(NONCE, b""))),
        written(extensions(*[der_values.extension(NONCE, b"12")] * 2)),
        written(signature=b"\x05\x00"),
        written() * 2,
        written(extensions(der_values.extension("1.2.3", bytes(70_000)))),
    ],
)
def test_malformed_questions(data: bytes) -> None:
    """They are refused as such, whatever is wrong: a second nonce, a critical extension, too many certificates."""
    with pytest.raises(MalformedQuestion):
        questions.question(data)
