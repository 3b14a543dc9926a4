"""An ACME client that can also do what honest ones never do, and a mount that serves it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import josepy
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.pki.acme.challenges.ports import Ports
from strongroom.engines.pki.issuers.records import ClusterConfig
from strongroom.sdk import Operation, Response, View
from tests.flow.engines.pki.mounts import Authority

URL = "https://pki.example/v1/mount"
LOOPBACK = "127.0.0.0/8"


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key() -> josepy.JWKEC:
    """A key for an account."""
    return josepy.JWKEC(key=ec.generate_private_key(ec.SECP256R1()))


class Answer:
    """What the server answers."""

    def __init__(self, response: Response) -> None:
        assert response.raw is not None, response.data
        self.status = response.status
        self.headers = {name: value for name, value in response.headers if name != "Link"}
        self.links = [value for name, value in response.headers if name == "Link"]
        self.media_type = response.raw.content_type
        self.content = response.raw.content

    @property
    def json(self) -> dict[str, Any]:
        """The body."""
        document = json.loads(self.content)
        assert isinstance(document, dict)
        return document

    @property
    def problem(self) -> str:
        """The type of the problem; empty if it is none."""
        if self.media_type != "application/problem+json":
            return ""
        assert self.json["status"] == self.status
        assert self.json["detail"] and "  " not in self.json["detail"]  # no part of it is missing
        return str(self.json["type"]).removeprefix("urn:ietf:params:acme:error:")


class Acme:
    """A mount whose ACME server is enabled."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.mount = authority.mount

    @classmethod
    async def new(cls, *, ports: Ports | None = None, **config: Any) -> Acme:
        """A mount with a root.

        Args:
            ports: where challenges are answered. config: settings of `config/acme`.
        """
        server = cls(await Authority.new())
        if ports is not None:
            server.mount.engine.acme_ports = ports  # type: ignore[attr-defined]

        async def body(txn: Transaction) -> None:
            View(txn, server.mount.prefix).write("config/cluster", ClusterConfig(path=URL))

        await transact(server.mount.barrier, body)
        await server.authority.write("config/acme", **{"enabled": True, **config})
        return server

    async def get(self, path: str, operation: Operation = Operation.READ) -> Answer:
        """What a request without a signature is answered."""
        response = await self.mount.ask(operation, path)
        assert response is not None
        return Answer(response)

    async def nonce(self) -> str:
        """A fresh nonce."""
        return (await self.get("acme/new-nonce", Operation.HEADER)).headers["Replay-Nonce"]

    async def send(self, path: str, body: Mapping[str, Any], address: str = "192.0.2.1") -> Answer:
        """What a body is answered."""
        response = await self.mount.ask(Operation.UPDATE, path, dict(body), address=address)
        assert response is not None
        return Answer(response)


class Client:
    """An account, or a key that wants to be one."""

    def __init__(self, server: Acme, folder: str = "acme", key: josepy.JWK | None = None) -> None:
        self.server = server
        self.folder = folder
        self.key = key or new_key()
        self.kid = ""

    def url(self, path: str) -> str:
        """The URL of a path of the directory."""
        return f"{URL}/{self.folder}/{path}"

    async def signed(
        self,
        path: str,
        payload: Any,
        *,
        header: Mapping[str, Any] | None = None,
        key: josepy.JWK | None = None,
        algorithm: josepy.jwa.JWASignature = josepy.ES256,
    ) -> dict[str, Any]:
        """A request.

        Args:
            payload: None for one that only asks. header: members that take the place of the usual ones; None leaves
                one out.
        """
        who = {"kid": self.kid} if self.kid else {"jwk": self.key.public_key().to_json()}
        usual = {"alg": algorithm.name, "url": self.url(path), "nonce": await self.server.nonce(), **who}
        members = {name: value for name, value in {**usual, **(header or {})}.items() if value is not None}
        return jws(key or self.key, members, payload, algorithm)

    async def post(self, path: str, payload: Any = None, **changes: Any) -> Answer:
        """What a signed request is answered."""
        return await self.server.send(f"{self.folder}/{path}", await self.signed(path, payload, **changes))

    async def at(self, url: str, payload: Any = None, **changes: Any) -> Answer:
        """The same, of a URL that the server has given."""
        prefix = f"{URL}/{self.folder}/"
        assert url.startswith(prefix), url
        return await self.post(url.removeprefix(prefix), payload, **changes)

    async def register(self, **payload: Any) -> Answer:
        """Make the account."""
        answer = await self.post("new-account", {"termsOfServiceAgreed": True, **payload})
        if answer.status in {200, 201}:
            self.kid = answer.headers["Location"]
        return answer

    async def order(self, *names: str, **payload: Any) -> Answer:
        """Make an order for host names."""
        identifiers = [{"type": "dns", "value": name} for name in names]
        return await self.post("new-order", {"identifiers": identifiers, **payload})


async def registered(**config: Any) -> Client:
    """A registered client of a new mount, with settings of `config/acme`."""
    client = Client(await Acme.new(**config))
    assert (await client.register()).status == 201
    return client


def jws(key: josepy.JWK, header: Mapping[str, Any], payload: Any, algorithm: josepy.jwa.JWASignature) -> dict[str, Any]:
    """A flattened JWS; `payload` is JSON, bytes, or None for an empty one."""
    protected = encoded(json.dumps(dict(header)).encode())
    content = payload if isinstance(payload, bytes) else b"" if payload is None else json.dumps(payload).encode()
    message = f"{protected}.{encoded(content)}".encode()
    signature = algorithm.sign(key.key, message)
    return {"protected": protected, "payload": encoded(content), "signature": encoded(signature)}


def request_for(
    *names: str,
    common_name: str = "",
    ips: tuple[str, ...] = (),
    more: tuple[x509.GeneralName, ...] = (),
    key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """A certificate request in DER."""
    import ipaddress

    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    alternatives = [
        *(x509.DNSName(name) for name in names),
        *(x509.IPAddress(ipaddress.ip_address(each)) for each in ips),
        *more,
    ]
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
