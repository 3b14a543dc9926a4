"""A real certificate authority that speaks ACME: the reference server's PKI engine."""

from __future__ import annotations

import json
import ssl
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.acme.names import name_server
from tests.conformance.program import PEER, Program, served
from tests.conformance.servers import ROOT_TOKEN
from tests.ports import free_port


@dataclass(frozen=True, slots=True)
class AcmeAuthority:
    """A running authority.

    Attributes:
        url: of its API, over TLS.
        server_root: file with what its own certificate is verified against.
        root: file with the root of what it issues.
        pid: of its process.
    """

    url: str
    server_root: Path
    root: Path
    pid: int

    @property
    def directory(self) -> str:
        """Where ACME begins."""
        return f"{self.url}/v1/pki/acme/directory"

    def role_directory(self, role: str) -> str:
        """Where ACME begins for certificates by one role."""
        return f"{self.url}/v1/pki/roles/{role}/acme/directory"

    def write(self, path: str, /, **body: object) -> dict[str, Any]:
        """Write to its API, and return the data of the answer."""
        return _call(self.url, self.server_root, path, body)

    def issued(self) -> int:
        """How many certificates it has issued, its own included."""
        return len(_call(self.url, self.server_root, "pki/certs?list=true", None)["keys"])


def _call(url: str, root: Path, path: str, body: Mapping[str, object] | None) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{url}/v1/{path}",
        None if body is None else json.dumps(body).encode(),
        {"X-Vault-Token": ROOT_TOKEN, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60, context=ssl.create_default_context(cafile=str(root))) as answer:
        text = answer.read()
    found: dict[str, Any] = (json.loads(text).get("data") or {}) if text else {}
    return found


@contextmanager
def acme_authority(directory: Path) -> Iterator[AcmeAuthority]:
    """Run an authority until the block ends; the names it is asked for are all this machine."""
    address = f"127.0.0.1:{free_port()}"
    url = f"https://{address}"
    command = [
        *(PEER, "server", "-dev", "-dev-tls", f"-dev-tls-cert-dir={directory}", "-dev-no-store-token"),
        *(f"-dev-root-token-id={ROOT_TOKEN}", f"-dev-listen-address={address}"),
    ]
    server_root = directory / "vault-ca.pem"

    def answers(_: Program) -> bool:
        try:
            _call(url, server_root, "sys/mounts", None)
        except OSError:  # URLError is one, and so is a certificate that isn't written yet
            return False
        return True

    with (
        name_server("127.0.0.1") as resolver,
        served(command, directory, directory / "authority.log", answers) as program,
    ):
        authority = AcmeAuthority(url, server_root, directory / "issued-root.pem", program.pid)
        _set_up(authority, resolver)
        yield authority


def _set_up(authority: AcmeAuthority, resolver: str) -> None:
    headers = ["Last-Modified", "Location", "Replay-Nonce", "Link"]
    config = {"allowed_response_headers": headers, "passthrough_request_headers": ["If-Modified-Since"]}
    authority.write("sys/mounts/pki", type="pki", config={**config, "max_lease_ttl": "87600h"})
    root = authority.write("pki/root/generate/internal", common_name="Root for tests", ttl="87600h", key_type="ec")
    authority.root.write_text(root["certificate"])
    authority.write("pki/config/cluster", path=f"{authority.url}/v1/pki", aia_path=f"{authority.url}/v1/pki")
    authority.write("pki/config/acme", enabled=True, dns_resolver=resolver, default_directory_policy="sign-verbatim")
