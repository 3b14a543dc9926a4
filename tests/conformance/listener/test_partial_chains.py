"""Trust in an intermediate authority or in the server's own certificate alone, with real servers and clients.

Go's verifier trusts every certificate of the file that it is given, and so do Vault's tools.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conformance.listener.certificates import Pair, make
from tests.conformance.program import forked
from tests.conformance.servers import OURS, PEER, start_ours, start_peer
from tests.ports import free_port

SEALED = 2
"""The exit status of `status` for a server that answered and is sealed."""
CLIENTS = pytest.mark.parametrize("client", [OURS, PEER], ids=["ours", "peer"])


class Chain:
    """A root, an intermediate authority, and the server's certificate with what leads to the root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = make(folder, "root", authority=True)
        self.middle = make(folder, "middle", self.root, authority=True)
        self.leaf = make(folder, "localhost", self.middle)
        self.alone = folder / "leaf-alone.pem"
        self.alone.write_bytes(self.leaf.cert.read_bytes())
        self.leaf.cert.write_bytes(self.leaf.cert.read_bytes() + self.middle.cert.read_bytes())
        self.stranger = make(folder, "stranger", authority=True)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """Made once."""
    return Chain(tmp_path_factory.mktemp("chain"))


@contextmanager
def serving(peer: bool, directory: Path, pair: Pair, extra: str = "") -> Iterator[str]:
    """The address of a server with TLS; a listener in clear beside it is asked whether it is up."""
    address = f"127.0.0.1:{free_port()}"
    config = (
        'storage "inmem" {}\nlistener "tcp" {\n  address = "{address}"\n  tls_disable = true\n}\n'
        f'listener "tcp" {{\n  address = "{address}"\n  tls_cert_file = "{pair.cert}"\n'
        f'  tls_key_file = "{pair.key}"\n{extra}}}\ndisable_mlock = true\napi_addr = "https://{address}"\n'
    )
    with (start_peer if peer else start_ours)(directory, config):
        yield f"https://{address}"


@pytest.fixture(scope="module")
def addresses(chain: Chain) -> Iterator[tuple[str, str]]:
    """Our server and the peer, with the same certificate."""
    with serving(False, chain.folder, chain.leaf) as ours, serving(True, chain.folder, chain.leaf) as peer:
        yield ours, peer


def status(client: Path, address: str, ca: Path, *words: str, name: str = "localhost") -> tuple[int, str]:
    """Exit status and error text of `status`."""
    done = subprocess.run(
        [str(forked(client)), "status", f"-address={address}", f"-ca-cert={ca}", f"-tls-server-name={name}", *words],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "VAULT_MAX_RETRIES": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@CLIENTS
def test_a_client_trusts_what_its_file_holds(client: Path, chain: Chain, addresses: tuple[str, str]) -> None:
    """The root, the intermediate authority or the server's own certificate: each alone is enough, at either server."""
    for address in addresses:
        for ca in (chain.root.cert, chain.middle.cert, chain.alone):
            assert status(client, address, ca)[0] == SEALED
        code, told = status(client, address, chain.stranger.cert)
        assert code == 1
        assert "certificate" in told
        assert status(client, address, chain.middle.cert, name="other.example")[0] == 1


@CLIENTS
def test_an_expired_certificate_stays_refused(client: Path, chain: Chain, tmp_path: Path) -> None:
    """Also one that is trusted itself."""
    old = make(tmp_path, "localhost", chain.middle, days=-1)
    with serving(False, tmp_path, old) as address:
        for ca in (old.cert, chain.middle.cert):
            code, told = status(client, address, ca)
            assert code == 1
            assert "expired" in told


@CLIENTS
def test_a_server_trusts_an_intermediate_authority_alone(client: Path, chain: Chain, tmp_path: Path) -> None:
    """`tls_client_ca_file` needs no root: who the intermediate authority signed comes in, a stranger doesn't."""
    extra = f'  tls_require_and_verify_client_cert = true\n  tls_client_ca_file = "{chain.middle.cert}"\n'
    member = make(tmp_path, "member", chain.middle)
    expired = make(tmp_path, "expired", chain.middle, days=-1)
    sibling = make(tmp_path, "sibling", chain.root)
    with serving(False, tmp_path, chain.leaf, extra) as address:

        def come(who: Pair) -> int:
            return status(client, address, chain.root.cert, f"-client-cert={who.cert}", f"-client-key={who.key}")[0]

        assert come(member) == SEALED
        assert [come(who) for who in (chain.stranger, expired, sibling)] == [1, 1, 1]
