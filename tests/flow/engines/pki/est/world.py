"""A node with a mount that serves EST, two auth mounts, and devices that enrol."""

from __future__ import annotations

import base64
import subprocess
from email import message_from_bytes
from pathlib import Path
from typing import Any

from strongroom.http.message import HttpRequest, Peer, Tls
from tests.flow.engines.pki.mounts import openssl
from tests.flow.engines.pki.requests import request_for
from tests.flow.node import Answer, TestNode, read

PASSWORD = "correct horse"
ALLOWED = """
path "pki/est/*" { capabilities = ["update"] }
path "pki/roles/web/est/*" { capabilities = ["update"] }
"""


class World:
    """The node, and what devices ask of it."""

    node: TestNode
    accessors: dict[str, str]

    @classmethod
    async def new(cls, policy: str = ALLOWED, **config: Any) -> World:
        """A root, a role `web`, a user `device`, a role of `cert` that trusts the root, and EST by the role.

        Args:
            policy: of both logins. config: settings of EST besides.
        """
        world = cls()
        world.node = node = await TestNode.start()
        for path, type_ in (("est-pass", "userpass"), ("est-cert", "cert")):
            await node.ok("POST", f"sys/auth/{path}", {"type": type_})
        mounts = (await node.ok("GET", "sys/auth")).data
        world.accessors = {type_: mounts[f"est-{type_}/"]["accessor"] for type_ in ("pass", "cert")}
        await node.ok("PUT", "sys/policies/acl/est", {"policy": policy})
        await node.ok("POST", "auth/est-pass/users/device", {"password": PASSWORD, "token_policies": "est"})
        tuned = {"delegated_auth_accessors": list(world.accessors.values()), "default_lease_ttl": "24h"}
        await node.ok("POST", "sys/mounts/pki", {"type": "pki", "config": tuned})
        root = {"common_name": "Root", "key_type": "ec", "ttl": "700h"}
        made = await node.ok("POST", "pki/root/generate/internal", root)
        await node.ok(
            "POST", "auth/est-cert/certs/any", {"certificate": made.data["certificate"], "token_policies": "est"}
        )
        role = {"allowed_domains": "example.com", "allow_subdomains": True, "key_type": "ec", "ttl": "24h"}
        await node.ok("POST", "pki/roles/web", role)
        await world.configure(**config)
        return world

    async def configure(self, **config: Any) -> Answer:
        """Change the settings of EST."""
        usual = {
            "enabled": True,
            "default_mount": True,
            "default_path_policy": "role:web",
            "authenticators": {
                "userpass": {"accessor": self.accessors["pass"]},
                "cert": {"accessor": self.accessors["cert"]},
            },
        }
        return await self.node.ok("POST", "pki/config/est", {**usual, **config})

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        basic: str = f"device:{PASSWORD}",
        shown: str = "",
        headers: dict[str, str] | None = None,
        peer: Peer | None = None,
    ) -> Answer:
        """What a device is answered.

        Args:
            path: with its first slash. basic: user name and password; empty for none. shown: its certificate, in PEM.
            peer: another connection than one of TLS.
        """
        sent = {"content-type": "application/pkcs10", **(headers or {})}
        if basic:
            sent["authorization"] = "Basic " + base64.b64encode(basic.encode()).decode()
        tls = Tls(version="TLSv1.3", cipher="x", server_name=None, peer_certificates=(der(shown),) if shown else ())
        peer = peer or Peer(address="192.0.2.7", port=1, listener="x", tls=tls)
        request = HttpRequest(method, path, "", sent, body, peer)
        return read(await self.node.application.answer(request, self.node.options))

    async def enrol(self, path: str, csr: str, **options: Any) -> Answer:
        """The same, for a certificate request in PEM."""
        return await self.ask("POST", path, base64.encodebytes(der(csr)), **options)


def der(pem: str) -> bytes:
    """The bytes of a block in PEM."""
    return base64.b64decode(pem.partition("-----BEGIN ")[2].partition("-----\n")[2].partition("-----END")[0])


def certificates(answer: Answer) -> str:
    """The certificates of an answer in PEM, as OpenSSL reads them."""
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"] == "application/pkcs7-mime; smime-type=certs-only"
    return unpacked(answer.body)


def unpacked(content: bytes) -> str:
    """The same, of the base64 of a PKCS #7 message."""
    raw = subprocess.run(
        ["openssl", "pkcs7", "-inform", "der", "-print_certs"],
        input=base64.b64decode(content),
        capture_output=True,
        check=True,
    )
    return raw.stdout.decode()


def parts(answer: Answer) -> list[tuple[str, bytes]]:
    """Type and content of the parts of an answer, as Python's own parser of e-mail reads them."""
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    message = message_from_bytes(head + answer.body)
    found = [each for each in message.walk() if not each.is_multipart()]
    return [(each.get_content_type(), bytes(each.get_payload(decode=True))) for each in found]


def text(certificate: str) -> str:
    """What OpenSSL shows of a certificate."""
    return openssl("x509", "-noout", "-text", given=certificate)


def device(directory: Path, name: str = "d1.example.com", **options: Any) -> str:
    """A certificate request."""
    return request_for(directory, f"CN={name}", f"subjectAltName = DNS:{name}", **options)
