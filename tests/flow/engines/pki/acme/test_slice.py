"""From the directory to a certificate."""

from __future__ import annotations

from pathlib import Path

from strongroom.engines.pki.acme.challenges.ports import Ports
from tests.flow.engines.pki.acme.clients import LOOPBACK, Acme, Client, encoded, request_for
from tests.flow.engines.pki.acme.hosts import NameServer, WebHost
from tests.flow.engines.pki.mounts import openssl


async def test_a_name_is_proved_and_certified(tmp_path: Path) -> None:
    """An account orders a name, serves the file, and gets a certificate for that name which OpenSSL verifies."""
    with WebHost().running() as web, NameServer().running() as names:
        ports = Ports(http=web.port)
        server = await Acme.new(ports=ports, dns_resolver=names.resolver, challenge_permitted_ip_ranges=LOOPBACK)
        client = Client(server)
        assert (await client.register(contact=["mailto:admin@example.com"])).status == 201
        order = await client.order("www.example.com")
        assert order.status == 201, order.content
        url = order.headers["Location"]
        authorization = await client.at(order.json["authorizations"][0])
        challenge = next(each for each in authorization.json["challenges"] if each["type"] == "http-01")
        thumbprint = encoded(client.key.thumbprint())
        web.serve(challenge["token"], f"{challenge['token']}.{thumbprint}")
        tried = await client.at(challenge["url"], {})
        assert tried.json["status"] == "valid", tried.content
        ready = await client.at(url)
        assert ready.json["status"] == "ready"
        done = await client.at(ready.json["finalize"], {"csr": encoded(request_for("www.example.com"))})
        assert done.json["status"] == "valid", done.content
        chain = await client.at(done.json["certificate"])
        assert chain.media_type == "application/pem-certificate-chain"
        (tmp_path / "chain.pem").write_bytes(chain.content)
        text = openssl("x509", "-in", str(tmp_path / "chain.pem"), "-noout", "-ext", "subjectAltName,extendedKeyUsage")
        assert "DNS:www.example.com" in text
        assert "TLS Web Server Authentication" in text
