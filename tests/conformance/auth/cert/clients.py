"""Clients of both servers: who they are, and by which names the cases call them."""

from __future__ import annotations

import json
import ssl
import time
from pathlib import Path

from tests.sim.pki import Authority, Issued
from tests.sim.pki.authority import SERVER, make

UTF8 = b"\x0c\x05hello"
NUMBER = b"\x02\x01\x05"


class Clients:
    """Authorities, and clients that they have issued certificates for.

    Args:
        folder: for the files of certificates and keys.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        now = time.time()
        self.root = Authority.root(now, "Root")
        self.stranger = Authority.root(now, "Stranger")
        self.between = self.root.below("Between")
        constrained = self.root.below("Constrained", permitted_dns="inside.example")
        short = Authority.root(now, "Short", path_length=0)
        too_deep = short.below("Too deep")
        servers = Authority.root(now, "For servers", usages=SERVER)
        old = Authority.root(now, "Old root", days=-1)
        self.by_name: dict[str, Issued] = {
            "plain": self.root.issue("plain"),
            "second": self.root.issue("second"),
            "full": self.root.issue(
                "web.example",
                organization="Acme",
                units=("ops", "dev"),
                dns=("web.example", "www.example"),
                emails=("ann@example.com",),
                uris=("spiffe://example/web",),
                extensions=(("1.2.3.4", UTF8), ("1.2.3.5", NUMBER)),
            ),
            "nameless": self.root.issue(None, uris=("spiffe://example/nameless",)),
            "unbound": self.root.issue("unbound", usages=None),
            "server": self.root.issue("server", usages=SERVER),
            "expired": self.root.issue("expired", days=-1),
            "future": self.root.issue("future", age_days=-1),
            "deep": self.between.issue("deep"),
            "gap": Issued((gap := self.between.issue("gap")).certificate, gap.key),
            "stranger": self.stranger.issue("plain"),
            "own": make(now, "own", None),
            "own2": make(now, "own", None),
            "own-expired": make(now, "own", None, days=-1),
            "own-server": make(now, "own", None, usages=SERVER),
            "inside": constrained.issue("inside", dns=("a.inside.example",)),
            "outside": constrained.issue("outside", dns=("a.outside.example",)),
            "too-deep": too_deep.issue("too-deep"),
            "critical": self.root.issue("critical", critical=(("1.2.3.9", UTF8),)),
            "not-ca": Issued((bad := make(now, "bad", self.by_leaf())).certificate, bad.key, (self._leaf.der,)),
            "root": self.root.own,
            "by-servers": servers.issue("by-servers"),
            "by-old": old.issue("by-old"),
        }
        self.authorities = {
            "Root": self.root,
            "Stranger": self.stranger,
            "Between": self.between,
            "Short": short,
            "Servers": servers,
            "Old": old,
        }

    def by_leaf(self) -> Issued:
        """A certificate that may not issue others, and does."""
        self._leaf = self.root.issue("leaf")
        return self._leaf

    def contexts(self) -> dict[str, ssl.SSLContext]:
        """A context for each client, by its name; for none by ""."""
        found = {"": _context()}
        for name, client in self.by_name.items():
            found[name] = _context()
            found[name].load_cert_chain(*client.files(self.folder, name))
        return found

    def texts(self) -> dict[str, str]:
        """What cases may name, as it stands within JSON: certificates, and lists of revoked ones."""
        texts = {f"pem_{name.replace('-', '_')}": client.pem for name, client in self.by_name.items()}
        texts |= {f"ca_{name}": authority.pem for name, authority in self.authorities.items()}
        texts["bundle"] = self.stranger.pem + self.root.pem
        texts["leaf_and_ca"] = self.by_name["plain"].pem + self.root.pem
        texts["crl_none"] = self.root.crl().decode()
        texts["crl_plain"] = self.root.crl(self.by_name["plain"], number=7).decode()
        texts["crl_old"] = self.root.crl(self.by_name["plain"], days=-1, age_days=2).decode()
        texts["crl_between"] = self.root.crl(self.between.own).decode()
        texts["crl_stranger"] = self.stranger.crl(self.by_name["full"]).decode()
        return {name: json.dumps(text)[1:-1] for name, text in texts.items()}


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the server's own certificate isn't what is compared
    return context
