"""`hvac` and `bao operator` making new key shares and a root token, with ours and with the reference server."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.clients.configured import LISTENER, RAFT, SQLITE, start_configured_ours
from tests.conformance.clients.transcript import Shell, differing
from tests.conformance.servers import Server, start_ours, start_peer
from tests.ports import free_port

OPENED = LISTENER.replace(
    "}\n", "  disable_unauthed_rekey_endpoints = false\n  disable_unauthed_generate_root_endpoints = false\n}\n"
)
"""The reference server answers the older endpoints only there; ours answers them everywhere to who has a token."""

Start = Callable[[Path], AbstractContextManager[Server]]


def start_opened_ours(directory: Path) -> AbstractContextManager[Server]:
    """Ours, with the older endpoints opened to everybody."""
    return start_ours(directory, OPENED + SQLITE)


def start_opened_peer(directory: Path) -> AbstractContextManager[Server]:
    """The reference server, with the older endpoints opened to everybody."""
    (directory / "store").mkdir(exist_ok=True)
    own = f'api_addr = "http://{{address}}"\ncluster_addr = "https://127.0.0.1:{free_port()}"\n'
    return start_peer(directory, OPENED + RAFT + own)


@pytest.fixture(params=[start_configured_ours, start_opened_peer], ids=["ours", "peer"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[hvac.Client]:
    """The root token's client of a server that was unsealed by two of three shares."""
    start: Start = request.param
    with start(tmp_path) as server:
        yield unsealed(server)


def unsealed(server: Server) -> hvac.Client:
    """Initialise and unseal; the shares are in the client's `shares`."""
    client = hvac.Client(url=server.url)
    made = client.sys.initialize(secret_shares=3, secret_threshold=2)
    client.sys.submit_unseal_keys(made["keys"][:2])
    client.token, client.shares = made["root_token"], made["keys"]
    for _ in range(100):
        if client.sys.read_health_status().status_code == 200:
            break
        time.sleep(0.1)
    return client


def test_new_shares_by_hvac(client: hvac.Client) -> None:
    """The shares are handed in with their nonce, the last answers with new ones, which unseal."""
    assert client.sys.read_rekey_progress()["started"] is False
    begun = client.sys.start_rekey(secret_shares=4, secret_threshold=2)
    assert (begun["started"], begun["n"], begun["t"], begun["required"]) == (True, 4, 2, 2)
    with pytest.raises(exceptions.InvalidRequest, match="rekey already in progress"):
        client.sys.start_rekey(secret_shares=4, secret_threshold=2)
    with pytest.raises(exceptions.InvalidRequest, match="incorrect nonce supplied"):
        client.sys.rekey(client.shares[0], nonce="nonsense")
    done = client.sys.rekey_multi(client.shares[:2], nonce=begun["nonce"])
    assert (done["complete"], len(done["keys"])) == (True, 4)
    with pytest.raises(exceptions.InvalidRequest, match="no backed-up keys found"):
        client.sys.read_backup_keys()
    client.sys.seal()
    _eventually(client.sys.is_sealed)
    with pytest.raises(exceptions.InvalidRequest):
        client.sys.submit_unseal_keys(client.shares[:2])
    client.sys.submit_unseal_keys(done["keys"][2:])
    _eventually(lambda: not client.sys.is_sealed())


def test_verified_shares_by_hvac(client: hvac.Client) -> None:
    """New shares count once they were shown."""
    begun = client.sys.start_rekey(secret_shares=3, secret_threshold=2, require_verification=True)
    done = client.sys.rekey_multi(client.shares[:2], nonce=begun["nonce"])
    assert done["verification_required"] is True
    progress = client.sys.read_rekey_verify_progress()
    assert (progress["started"], progress["nonce"]) == (True, done["verification_nonce"])
    client.sys.rekey_verify(done["keys"][0], nonce=done["verification_nonce"])
    assert client.sys.read_rekey_verify_progress()["progress"] == 1
    client.sys.cancel_rekey_verify()
    nonce = client.sys.read_rekey_verify_progress()["nonce"]
    assert client.sys.rekey_verify_multi(done["keys"][:2], nonce=nonce)["complete"] is True
    assert client.sys.read_rekey_progress()["started"] is False


def test_a_cancelled_rekeying_by_hvac(client: hvac.Client) -> None:
    """It leaves nothing behind."""
    client.sys.start_rekey(secret_shares=3, secret_threshold=2)
    client.sys.cancel_rekey()
    assert client.sys.read_rekey_progress()["started"] is False


def test_a_root_token_by_hvac(client: hvac.Client) -> None:
    """Begun, cancelled, begun; the shares give a token that one decodes by the one-time pad, and that is root's."""
    client.sys.start_root_token_generation()
    client.sys.cancel_root_generation()
    begun = client.sys.start_root_token_generation()
    assert client.sys.read_root_generation_progress()["nonce"] == begun["nonce"]
    client.sys.generate_root(client.shares[0], begun["nonce"])
    done = client.sys.generate_root(client.shares[1], begun["nonce"])
    assert done["complete"] is True
    scrambled = base64.b64decode(done["encoded_root_token"] + "==")
    token = bytes(a ^ b for a, b in zip(scrambled, begun["otp"].encode(), strict=True)).decode()
    assert hvac.Client(url=client.url, token=token).lookup_token()["data"]["policies"] == ["root"]


def _ceremony(shell: Shell, client: hvac.Client) -> None:
    operator = ("operator",)
    shell.run(*operator, "rotate-keys", "-status")
    shell.run(*operator, "rotate-keys", "-init", "-key-shares=3", "-key-threshold=2", "-verify", "-format=json")
    state = client.adapter.get("/v1/sys/rotate/root/init")["data"]
    shell.run(*operator, "rotate-keys", "-status")
    shell.run(*operator, "rotate-keys", "-nonce=nonsense", client.shares[0])
    shell.run(*operator, "rotate-keys", f"-nonce={state['nonce']}", client.shares[0])
    shell.run(*operator, "rotate-keys", "-cancel")
    shell.run(*operator, "rekey", "-init", "-key-shares=3", "-key-threshold=2")
    nonce = client.sys.read_rekey_progress()["nonce"]
    shell.run(*operator, "rekey", "-status")
    shell.run(*operator, "rekey", f"-nonce={nonce}", client.shares[0])
    done = json.loads(shell.run(*operator, "rekey", f"-nonce={nonce}", "-format=json", client.shares[1]))
    client.shares = done["keys_base64"]
    shell.run(*operator, "rekey", "-backup-retrieve")
    shell.run(*operator, "rekey", "-backup-delete")
    shell.run(*operator, "generate-root", "-cancel")


def _generate_root(shell: Shell, client: hvac.Client) -> None:
    """How long pads and tokens are differs, so that what is printed isn't compared."""
    command = ("operator", "generate-root")
    begun = json.loads(shell.run(*command, "-init", "-format=json"))
    for share in client.shares[:2]:
        done = json.loads(shell.run(*command, f"-nonce={begun['nonce']}", "-format=json", share))
    token = shell.run(*command, f"-decode={done['encoded_token']}", f"-otp={begun['otp']}")
    assert json.loads(shell.run("token", "lookup", "-format=json", token=token))["data"]["policies"] == ["root"]


def test_bao_operator(tmp_path: Path) -> None:
    """`bao operator rotate-keys` and `rekey` print the same with both servers; `generate-root` gives root tokens."""
    shells = []
    for start in (start_opened_ours, start_opened_peer):
        home = tmp_path / start.__name__
        home.mkdir()
        with start(home) as server:
            client = unsealed(server)
            shell = Shell(server, home)
            home.joinpath(".vault-token").write_text(client.token)
            _ceremony(shell, client)
            shells.append(shell)
            _generate_root(Shell(server, home), client)
    assert not differing(*shells), "\n".join(differing(*shells))


def _eventually(holds: Callable[[], bool]) -> None:
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it doesn't come about")
