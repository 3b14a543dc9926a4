"""Devices enrol at a running server over TLS: with curl and OpenSSL, and with a client that others wrote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.program import OURS, served
from tests.ports import free_port

CLIENT = shutil.which("est-client")
"""Built from `client/main.go`, which says how."""
PASSWORD = "device:once"


@dataclass(frozen=True)
class Served:
    """A server with EST for the role `web`, and the directory with its certificates."""

    api: str
    est: str
    directory: Path

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The data of an answer to root."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.api}/v1/{path}", data, {"X-Vault-Token": "root"}, method=method)
        with urllib.request.urlopen(request) as answer:
            content = answer.read()
        return (json.loads(content) if content else {}).get("data")

    def run(
        self, *command: str, given: bytes = b"", environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program in the directory."""
        return subprocess.run(
            command,
            input=given,
            capture_output=True,
            check=False,
            cwd=self.directory,
            env={"PATH": os.environ["PATH"], **(environment or {})},
        )

    def curl(self, *options: str) -> bytes:
        """What curl prints."""
        done = self.run("curl", "-sS", "--cacert", "tls.pem", *options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def verified(self, certificate: bytes) -> bool:
        """Whether OpenSSL finds a certificate in PEM to be the root's."""
        (self.directory / "found.pem").write_bytes(certificate)
        return self.run("openssl", "verify", "-CAfile", "root.pem", "found.pem").returncode == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server, with a user `device` and logins by certificates of the root."""
    directory = tmp_path_factory.mktemp("est")
    port, tls = free_port(), free_port()
    found = Served(f"http://127.0.0.1:{port}", f"localhost:{tls}", directory)
    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    own = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
    assert found.run("openssl", "req", "-x509", *ec, "-keyout", "tls.key", "-out", "tls.pem", *own).returncode == 0
    names = ("-subj", "/CN=d1.example.com", "-addext", "subjectAltName=DNS:d1.example.com")
    assert found.run("openssl", "req", "-new", *ec, "-keyout", "d.key", "-out", "d.csr", *names).returncode == 0
    (directory / "tls.hcl").write_text(
        f'listener "tcp" {{\n address = "127.0.0.1:{tls}"\n tls_cert_file = "{directory}/tls.pem"\n'
        f' tls_key_file = "{directory}/tls.key"\n}}\n'
    )
    command: list[str | Path] = [
        OURS,
        "server",
        "-dev",
        "-dev-root-token-id=root",
        f"-dev-listen-address=127.0.0.1:{port}",
    ]
    command += ["-dev-no-store-token", f"-config={directory / 'tls.hcl'}"]
    with served(command, directory, directory / "log", lambda program: "==> Log" in program.log_text()):
        _prepare(found)
        yield found


def _prepare(server: Served) -> None:
    for path, type_ in (("est-users", "userpass"), ("est-devices", "cert")):
        server.ask("POST", f"sys/auth/{path}", {"type": type_})
    users, devices = (server.ask("GET", f"sys/auth/{path}")["accessor"] for path in ("est-users", "est-devices"))
    server.ask("PUT", "sys/policies/acl/est", {"policy": 'path "pki/roles/web/est/*" { capabilities = ["update"] }'})
    server.ask("POST", "auth/est-users/users/device", {"password": PASSWORD.partition(":")[2], "token_policies": "est"})
    server.ask("POST", "sys/mounts/pki", {"type": "pki", "config": {"delegated_auth_accessors": [users, devices]}})
    root = server.ask("POST", "pki/root/generate/internal", {"common_name": "Root", "key_type": "ec", "ttl": "700h"})
    (server.directory / "root.pem").write_text(root["certificate"] + "\n")
    server.ask("POST", "auth/est-devices/certs/any", {"certificate": root["certificate"], "token_policies": "est"})
    role = {"allowed_domains": "example.com", "allow_subdomains": True, "key_type": "ec", "ttl": "24h"}
    server.ask("POST", "pki/roles/web", role)
    authenticators = {"userpass": {"accessor": users}, "cert": {"accessor": devices}}
    settings = {"enabled": True, "default_mount": True, "default_path_policy": "role:web"}
    server.ask("POST", "pki/config/est", {**settings, "authenticators": authenticators})


def _unpacked(server: Served, answer: bytes) -> bytes:
    der = server.run("openssl", "base64", "-d", given=answer).stdout
    return server.run("openssl", "pkcs7", "-inform", "der", "-print_certs", given=der).stdout


def test_curl_and_openssl_are_enough(server: Served) -> None:
    """A device enrols with its password, and renews with the certificate that it has got."""
    place = f"https://{server.est}/.well-known/est"
    assert b"CN = Root" in _unpacked(server, server.curl(f"{place}/cacerts"))
    der = server.run("openssl", "req", "-in", "d.csr", "-outform", "der").stdout
    (server.directory / "d.b64").write_bytes(server.run("openssl", "base64", given=der).stdout)
    body = ("-H", "Content-Type: application/pkcs10", "--data-binary", "@d.b64")
    first = _unpacked(server, server.curl("-u", PASSWORD, *body, f"{place}/simpleenroll"))
    assert server.verified(first)
    (server.directory / "d.pem").write_bytes(first)
    shown = ("--cert", "d.pem", "--key", "d.key")
    assert server.verified(_unpacked(server, server.curl(*shown, *body, f"{place}/simplereenroll")))


def test_curl_asks_again_when_it_is_challenged(server: Served) -> None:
    """The challenge is one that a client understands: it sends its password then, and not before."""
    place = f"https://{server.est}/.well-known/est/simpleenroll"
    der = server.run("openssl", "req", "-in", "d.csr", "-outform", "der").stdout
    (server.directory / "d.b64").write_bytes(server.run("openssl", "base64", given=der).stdout)
    body = ("-H", "Content-Type: application/pkcs10", "--data-binary", "@d.b64")
    assert server.verified(_unpacked(server, server.curl("--anyauth", "-u", PASSWORD, *body, place)))


@pytest.mark.skipif(
    CLIENT is None, reason="est-client isn't in PATH: tests/conformance/pki/est/client/main.go says how to build it"
)
def test_a_client_of_others_does_all_that_there_is(server: Served) -> None:
    """The client of globalsign/est reads the authorities, enrols, renews, and has a key made."""
    assert CLIENT is not None
    user, _, password = PASSWORD.partition(":")
    login = {"EST_USER": user, "EST_PASSWORD": password}

    def ask(operation: str, *more: str, environment: dict[str, str] | None = None) -> bytes:
        done = server.run(str(CLIENT), server.est, "", "tls.pem", operation, *more, environment=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert server.verified(ask("cacerts"))
    assert ask("csrattrs") == b"0 1\n"
    first = ask("simpleenroll", "d.csr", environment=login)
    assert server.verified(first)
    (server.directory / "d.pem").write_bytes(first)
    assert server.verified(ask("simplereenroll", "d.csr", "d.pem", "d.key"))
    made = ask("serverkeygen", "d.csr", environment=login)
    assert server.verified(made)
    key = server.run("openssl", "pkey", "-pubout", given=made).stdout
    assert key == server.run("openssl", "x509", "-noout", "-pubkey", given=made).stdout != b""
