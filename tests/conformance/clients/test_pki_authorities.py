"""Authorities of the engine pki by hvac, and what OpenSSL says of them.

Every test runs against the reference server too: what fails there is a mistake of the test.
"""

from __future__ import annotations

import subprocess
import uuid
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

KEY = {"key_type": "ec"}


def mounted(client: hvac.Client) -> str:
    """A mount of the engine."""
    path = f"pki-{uuid.uuid4().hex[:8]}"
    client.sys.enable_secrets_engine("pki", path, config={"max_lease_ttl": "87600h"})
    return path


def test_a_root_and_an_intermediate(client: hvac.Client, tmp_path: Path) -> None:
    """From the root over the request and the signature to a leaf that OpenSSL verifies."""
    pki, root, web = client.secrets.pki, mounted(client), mounted(client)
    made = pki.generate_root("internal", "Root", {**KEY, "ttl": "8760h"}, mount_point=root)["data"]
    asked = pki.generate_intermediate("internal", "Web", KEY, mount_point=web)["data"]
    signed = pki.sign_intermediate(asked["csr"], "Web", {"ttl": "4380h"}, mount_point=root)["data"]
    pki.set_signed_intermediate("\n".join(signed["ca_chain"]), mount_point=web)
    pki.create_or_update_role("any", {**KEY, "allow_any_name": True}, mount_point=web)
    issued = pki.generate_certificate("any", "www.example.com", {"ttl": "1h"}, mount_point=web)["data"]

    (tmp_path / "root.pem").write_text(made["certificate"])
    (tmp_path / "chain.pem").write_text(pki.read_ca_certificate_chain(mount_point=web))
    (tmp_path / "leaf.pem").write_text(issued["certificate"])
    command = ["openssl", "verify", "-CAfile", "root.pem", "-untrusted", "chain.pem", "leaf.pem"]
    assert subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout == "leaf.pem: OK\n"
    assert pki.read_ca_certificate(mount_point=root) == made["certificate"]


def test_issuers(client: hvac.Client) -> None:
    """Listing, reading, changing and deleting them."""
    pki, mount = client.secrets.pki, mounted(client)
    made = pki.generate_root("exported", "Root", {**KEY, "issuer_name": "one"}, mount_point=mount)["data"]
    listed = pki.list_issuers(mount_point=mount)["data"]
    assert listed["keys"] == [made["issuer_id"]]
    assert listed["key_info"][made["issuer_id"]]["issuer_name"] == "one"
    changed = pki.update_issuer("one", {"issuer_name": "two", "usage": "read-only,crl-signing"}, mount_point=mount)
    assert changed["data"]["usage"] == "crl-signing,read-only"
    assert pki.read_issuer("two", mount_point=mount)["data"]["issuer_id"] == made["issuer_id"]
    pki.delete_issuer("two", mount_point=mount)
    with pytest.raises(exceptions.InvalidPath):
        pki.list_issuers(mount_point=mount)


def test_imports_and_the_end(client: hvac.Client) -> None:
    """A bundle of one mount makes the same authority in another, until its root is deleted."""
    pki, first, second = client.secrets.pki, mounted(client), mounted(client)
    bundle = pki.generate_root("exported", "Root", {**KEY, "format": "pem_bundle"}, mount_point=first)["data"]
    pki.submit_ca_information(bundle["certificate"], mount_point=second)
    assert pki.read_ca_certificate(mount_point=second) == bundle["issuing_ca"]
    pki.set_urls({"issuing_certificates": ["http://a/ca"], "ocsp_servers": "http://a/ocsp"}, mount_point=second)
    assert pki.read_urls(mount_point=second)["data"]["ocsp_servers"] == ["http://a/ocsp"]
    crossed = pki.sign_self_issued(bundle["issuing_ca"], mount_point=second)["data"]
    assert crossed["issuing_ca"] == bundle["issuing_ca"]
    pki.delete_root(mount_point=second)
    with pytest.raises(exceptions.InvalidPath):
        pki.list_issuers(mount_point=second)
