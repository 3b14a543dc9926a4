"""Identity documents of instances, signed as AWS does it, by a certificate of the test's own."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import load_pem_x509_certificate

from tests.sim.aws.moto import ACCOUNT, REGION
from tests.sim.issuer import Issuer


def document(instance_id: str, **changes: Any) -> bytes:
    """What AWS says of an instance."""
    found = {
        "instanceId": instance_id,
        "imageId": "ami-12c6146b",
        "accountId": ACCOUNT,
        "region": REGION,
        "pendingTime": "2026-01-01T00:00:00Z",
        "version": "2017-09-30",
        **changes,
    }
    return json.dumps(found, indent=2).encode()


def as_pkcs7(content: bytes, signer: Issuer) -> str:
    """With the signature of `rsa2048`."""
    certificate = load_pem_x509_certificate(signer.certificate_pem.encode())
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, signer.key, hashes.SHA256())
    return base64.b64encode(builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])).decode()


def signature(content: bytes, signer: Issuer) -> str:
    """The detached signature."""
    return base64.b64encode(signer.key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()


def by_openssl(content: bytes, folder: Path, *options: str, dsa: bool = False) -> tuple[str, bytes]:
    """A certificate, and a message that OpenSSL has signed with its key.  Skips the test without OpenSSL."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")

    def run(*command: str, given: bytes = b"") -> bytes:
        done = subprocess.run(
            ["openssl", *command], input=given, capture_output=True, cwd=folder, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    if dsa:
        run("dsaparam", "-out", "parameters.pem", "1024")
        run("gendsa", "-out", "key.pem", "parameters.pem")
    else:
        run("genrsa", "-out", "key.pem", "2048")
    run("req", "-x509", "-new", "-key", "key.pem", "-out", "certificate.pem", "-subj", "/CN=aws", "-days", "2")
    sign = ("smime", "-sign", "-nodetach", "-binary", "-signer", "certificate.pem", "-inkey", "key.pem")
    message = run(*sign, "-outform", "DER", *options, given=content)
    return (folder / "certificate.pem").read_text(), message
