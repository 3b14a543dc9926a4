"""Certificates over real TLS: through nginx, against OpenSSL's responder, and by the command lines and hvac."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import hvac
import pytest

from tests.conformance.processes.node import Node, running
from tests.conformance.program import OURS, PEER, environment, forked
from tests.ports import free_port
from tests.sim import nginx, ocsp_responder
from tests.sim.pki import Authority, Issued

CONFIG = """
workers = 2
storage "sqlite" {{ path = "{folder}/store" }}
listener "tcp" {{
  address     = "{address}"
  tls_disable = true
  x_forwarded_for_authorized_addrs           = "127.0.0.1"
  x_forwarded_for_reject_not_present         = false
  x_forwarded_for_client_cert_header         = "Client-Cert"
  x_forwarded_for_client_cert_header_decoders = "URL,DER"
}}
listener "tcp" {{
  address       = "{tls}"
  tls_cert_file = "{folder}/server.pem"
  tls_key_file  = "{folder}/server.key"
}}
listener "tcp" {{
  address       = "{strict}"
  tls_cert_file = "{folder}/server.pem"
  tls_key_file  = "{folder}/server.key"
  tls_require_and_verify_client_cert = true
  tls_client_ca_file                 = "{folder}/root.pem"
}}
listener "tcp" {{
  address       = "{deaf}"
  tls_cert_file = "{folder}/server.pem"
  tls_key_file  = "{folder}/server.key"
  tls_disable_client_certs = true
}}
"""


@dataclass(frozen=True)
class World:
    """A server with four listeners, an authority, and clients."""

    node: Node
    folder: Path
    root: Authority
    tls: str
    strict: str
    deaf: str

    def write(self, path: str, body: dict[str, Any]) -> None:
        """Write with the root token."""
        answer = self.node.call("POST", path, body)
        assert answer.status in (200, 204), answer

    def files(self, client: Issued) -> tuple[str, str]:
        """The files of a client's certificate and key."""
        certificate, key = client.files(self.folder, f"c{client.certificate.serial_number}")
        return str(certificate), str(key)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all tests, each of which has a mount or role of its own."""
    folder = tmp_path_factory.mktemp("cert")
    root = Authority.root(time.time())
    root.own.files(folder, "root")
    root.issue("localhost", dns=("localhost",), usages=None).files(folder, "server")
    places = [f"127.0.0.1:{free_port()}" for _ in range(4)]
    address, tls, strict, deaf = places
    config = CONFIG.format(address=address, tls=tls, strict=strict, deaf=deaf, folder=folder)
    node = Node(folder, config, workers_wanted=2, address=address)
    with running(node.ready()):
        found = World(node, folder, root, tls, strict, deaf)
        found.write("sys/auth/cert", {"type": "cert"})
        found.write("auth/cert/certs/web", {"certificate": root.pem, "token_policies": "default"})
        yield found


def context(files: tuple[str, str] | None) -> ssl.SSLContext:
    """A client of TLS, with a certificate or without."""
    made = ssl._create_unverified_context()
    if files is not None:
        made.load_cert_chain(*files)
    return made


def log_in(
    address: str, files: tuple[str, str] | None, body: dict[str, Any], headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    """Log in by TLS; status and body."""
    connection = http.client.HTTPSConnection(address, timeout=30, context=context(files))
    with contextlib.closing(connection):
        connection.request("POST", "/v1/auth/cert/login", json.dumps(body), headers or {})
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def test_listeners(world: World) -> None:
    """A certificate that no authority of the listener knows reaches the method, unless the listener demands others."""
    stranger = Authority.root(time.time(), "Stranger").issue("stranger")
    own = world.files(stranger)
    world.write("auth/cert/certs/stranger", {"certificate": stranger.pem})
    web = world.files(world.root.below("Between").issue("web"))
    assert log_in(world.tls, own, {})[1]["auth"]["metadata"]["cert_name"] == "stranger"
    assert log_in(world.tls, web, {})[1]["auth"]["metadata"]["common_name"] == "web"
    assert log_in(world.tls, None, {}) == (400, {"errors": ["no client certificate found"]})
    assert log_in(world.strict, web, {})[0] == 200
    for files in (own, None):
        with pytest.raises(OSError):
            log_in(world.strict, files, {})
    assert log_in(world.deaf, web, {}) == (400, {"errors": ["no client certificate found"]})


@pytest.mark.skipif(bool(nginx.MISSING), reason=nginx.MISSING)
def test_behind_nginx(world: World) -> None:
    """The client's certificate counts; a header that a client sends doesn't, whether through nginx or around it."""
    client = world.root.issue("behind nginx")
    forged = world.root.issue("forged")
    files = world.files(client)
    header = {"Client-Cert": forged.pem.replace("\n", "%0A").replace("+", "%2B"), "X-Forwarded-For": "192.0.2.1"}
    certificate, key = world.folder / "server.pem", world.folder / "server.key"
    with nginx.nginx(world.folder, free_port(), world.node.address, certificate, key) as proxy:
        for sent in ({}, header):
            status, body = log_in(proxy, files, {"name": "web"}, sent)
            assert (status, body["auth"]["metadata"]["common_name"]) == (200, "behind nginx"), body
            assert log_in(proxy, None, {}, sent) == (400, {"errors": ["no client certificate found"]})
        stranger = world.files(Authority.root(time.time(), "Stranger").issue("x"))
        assert log_in(proxy, stranger, {"name": "web"})[0] == 400
        token = log_in(proxy, files, {"name": "web"})[1]["auth"]["client_token"]
        connection = http.client.HTTPSConnection(proxy, timeout=30, context=context(files))
        with contextlib.closing(connection):
            connection.request("POST", "/v1/auth/token/renew-self", "{}", {"X-Vault-Token": token})
            assert connection.getresponse().status == 200
    # Around the proxy: this listener believes nobody.
    assert log_in(world.tls, None, {}, header) == (400, {"errors": ["no client certificate found"]})


@pytest.mark.skipif(bool(ocsp_responder.MISSING), reason=ocsp_responder.MISSING)
@pytest.mark.parametrize("is_delegated", [False, True])
def test_openssls_responder(world: World, tmp_path: Path, is_delegated: bool) -> None:
    """Good certificates get in, revoked ones and unknown ones don't; when it is gone, what it has said still counts."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    good, late, revoked, unknown = (
        world.root.issue(name, ocsp_url=url) for name in ("good", "late", "revoked", "unknown")
    )
    signer = world.root.issue("signer", usages=(ocsp_usage(),)) if is_delegated else None
    role = f"ocsp-{is_delegated}"
    settings = {"certificate": world.root.pem, "ocsp_enabled": True, "ocsp_max_retries": 0}
    world.write(f"auth/cert/certs/{role}", settings)
    with ocsp_responder.responder(tmp_path, port, world.root, [good, late], [revoked], signer):
        status, body = log_in(world.tls, world.files(good), {"name": role})
        assert status == 200, body
        for client, told in ((revoked, "is revoked"), (unknown, "doesn't know the certificate")):
            status, body = log_in(world.tls, world.files(client), {"name": role})
            assert status == 400
            assert told in body["errors"][0]
    assert "cannot be reached" in log_in(world.tls, world.files(late), {"name": role})[1]["errors"][0]
    world.write(f"auth/cert/certs/{role}", {"ocsp_fail_open": True})
    assert log_in(world.tls, world.files(late), {"name": role})[0] == 200


def ocsp_usage() -> Any:
    """What responders' certificates are for."""
    from cryptography.x509.oid import ExtendedKeyUsageOID

    return ExtendedKeyUsageOID.OCSP_SIGNING


def test_a_list_from_a_distribution_point(world: World) -> None:
    """It is fetched over HTTP, and revokes at once."""
    bad, good = world.root.issue("bad"), world.root.issue("good")
    content = world.root.crl(bad, number=9, pem=False)

    class Point(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Point) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            world.write("auth/cert/crls/root", {"url": f"http://127.0.0.1:{server.server_port}/root.crl"})
        finally:
            server.shutdown()
            thread.join()
    shown = world.node.call("GET", "auth/cert/crls/root").json["data"]
    assert (shown["number"], shown["signature_verified"]) == (9, True)
    assert "is revoked" in log_in(world.tls, world.files(bad), {"name": "web"})[1]["errors"][0]
    assert log_in(world.tls, world.files(good), {"name": "web"})[0] == 200
    world.node.ok("DELETE", "auth/cert/crls/root")


@pytest.mark.parametrize("program", [OURS, PEER], ids=["strongroom", "bao"])
def test_command_lines(world: World, tmp_path: Path, program: Path) -> None:
    """`login -method=cert`, with and without a role's name, and a token that it can renew."""
    certificate, key = world.files(world.root.issue("person"))
    server = environment(
        tmp_path,
        {
            "VAULT_ADDR": f"https://localhost:{world.tls.rpartition(':')[2]}",
            "VAULT_CACERT": str(world.folder / "root.pem"),
        },
    )
    options = [f"-client-cert={certificate}", f"-client-key={key}"]

    def run(*words: str) -> str:
        done = subprocess.run(
            [str(forked(program)), *words], env=server, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "token_meta_common_name" in run("login", "-method=cert", *options, "name=web")
    assert "token_meta_cert_name" in run("login", "-method=cert", *options)
    assert "token_duration" in run("token", "renew", *options)


def test_hvac(world: World) -> None:
    """Every method that hvac has for certificates."""
    certificate, key = world.files(world.root.issue("hvac"))
    url = f"https://localhost:{world.tls.rpartition(':')[2]}"
    client = hvac.Client(url=url, token=world.node.token, verify=str(world.folder / "root.pem"))
    client.sys.enable_auth_method("cert", path="by-hvac")
    method = client.auth.cert
    method.configure_tls_certificate(mount_point="by-hvac", disable_binding=True)
    method.create_ca_certificate_role(
        "web", certificate=world.root.pem, allowed_common_names="h*", token_policies=["default"], mount_point="by-hvac"
    )
    assert method.read_ca_certificate_role("web", mount_point="by-hvac")["data"]["allowed_common_names"] == ["h*"]
    assert method.list_certificate_roles(mount_point="by-hvac")["data"]["keys"] == ["web"]
    other = hvac.Client(url=url, verify=str(world.folder / "root.pem"), cert=(certificate, key))
    answer = other.auth.cert.login(name="web", cert_pem=certificate, key_pem=key, mount_point="by-hvac")
    assert answer["auth"]["metadata"]["cert_name"] == "web"
    method.delete_certificate_role("web", mount_point="by-hvac")
    with pytest.raises(hvac.exceptions.InvalidPath):
        method.list_certificate_roles(mount_point="by-hvac")
