"""Files of certificates for a server at 127.0.0.1, and for its clients."""

from __future__ import annotations

import time
from pathlib import Path

from tests.sim.pki.authority import CLIENT, SERVER, Authority


class TlsFiles:
    """What an authority has issued, and another authority, in a folder.

    Attributes:
        ca, stranger: the authorities.
        server, client: a certificate and its key.
        nameless: a client's, without a common name.
        false_client: of the other authority.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        own, other = Authority.root(time.time(), "Own"), Authority.root(time.time(), "Other")
        self.ca, self.stranger = folder / "ca.pem", folder / "stranger.pem"
        self.ca.write_text(own.pem)
        self.stranger.write_text(other.pem)
        server = own.issue("server", dns=["127.0.0.1"], addresses=["127.0.0.1"], usages=(*SERVER, *CLIENT))
        self.server = server.files(folder, "server")
        self.client = own.issue("client").files(folder, "client")
        self.nameless = own.issue(None, dns=["client"]).files(folder, "nameless")
        self.false_client = other.issue("client").files(folder, "false_client")
        self.both = folder / "server-both.pem"
        self.both.write_text(self.server[1].read_text() + self.server[0].read_text())

    def options(self, **changes: str) -> dict[str, str]:
        """The settings of a stanza that trusts the server and shows the client's certificate."""
        certificate, key = self.client
        files = {"tls_ca_file": str(self.ca), "tls_cert_file": str(certificate), "tls_key_file": str(key)}
        return {name: value for name, value in (files | changes).items() if value}

    @property
    def wrong(self) -> dict[str, dict[str, str]]:
        """Settings with which the server must not be asked, or must not answer."""
        certificate, key = self.false_client
        return {
            "another authority": self.options(tls_ca_file=str(self.stranger)),
            "the system's authorities": self.options(tls_ca_file=""),
            "no certificate": self.options(tls_cert_file="", tls_key_file=""),
            "another's certificate": self.options(tls_cert_file=str(certificate), tls_key_file=str(key)),
        }
