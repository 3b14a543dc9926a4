"""Development servers as their flags and their environment say, used by real clients."""

from __future__ import annotations

import contextlib
import socket
import ssl
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest

from tests.conformance.listener_options.exchange import ask
from tests.conformance.program import OURS, PEER, START_TIMEOUT_S, Program, environment, stopped
from tests.ports import free_port

READY = "==> Log:"


@contextlib.contextmanager
def _started(home: Path, *flags: str, **extra: str) -> Iterator[Path]:
    """A server with these flags and variables, until the block ends; the file that it prints to."""
    output = home / "output"
    program = Program.fork(["server", *flags], home, output, extra)
    with stopped(program, lambda server: READY in server.log_text()):
        yield output


def _refusal(home: Path, *flags: str) -> str:
    """What a server says that doesn't start."""
    command = [str(OURS), "server", *flags]
    ended = subprocess.run(command, capture_output=True, env=environment(home), timeout=START_TIMEOUT_S, check=False)
    assert (ended.returncode, ended.stdout) == (1, b"")
    return ended.stderr.decode()


def test_tls(tmp_path: Path) -> None:
    """With the exported authority, `bao` and hvac work; without it nobody trusts the server; the files go with it."""
    files = tmp_path / "tls"
    files.mkdir()
    address = f"127.0.0.1:{free_port()}"
    flags = ("-dev-tls", f"-dev-tls-cert-dir={files}", f"-dev-listen-address={address}", "-dev-root-token-id=root")
    with _started(tmp_path, *flags) as output:
        assert f"export VAULT_ADDR='https://{address}'\n" in output.read_text()
        assert f"export VAULT_CACERT='{files}/vault-ca.pem'\n" in output.read_text()
        assert sorted(path.name for path in files.iterdir()) == ["vault-ca.pem", "vault-cert.pem", "vault-key.pem"]
        assert stat.S_IMODE((files / "vault-key.pem").stat().st_mode) == 0o600
        exported = {"VAULT_ADDR": f"https://{address}", "VAULT_TOKEN": "root"}
        trusting = environment(tmp_path, exported | {"VAULT_CACERT": str(files / "vault-ca.pem")})
        command = [str(PEER), "kv", "put", "-mount=secret", "hello", "name=world"]
        subprocess.run(command, env=trusting, check=True, capture_output=True, timeout=60)
        doubting = subprocess.run(
            command, env=environment(tmp_path, exported), check=False, capture_output=True, timeout=60
        )
        assert b"x509" in doubting.stderr
        port = address.rpartition(":")[2]
        client = hvac.Client(f"https://localhost:{port}", "root", verify=str(files / "vault-ca.pem"))
        found = client.secrets.kv.v2.read_secret_version(path="hello", raise_on_deleted_version=True)
        client.adapter.close()
        assert found["data"]["data"] == {"name": "world"}
        with pytest.raises(ssl.SSLCertVerificationError):
            _handshake(address)
    assert list(files.iterdir()) == []


def _handshake(address: str) -> None:
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        ssl.create_default_context().wrap_socket(connection, server_hostname=host)


def test_tls_never_overwrites(tmp_path: Path) -> None:
    """A file that is there stays as it is, and keeps the server from starting; what was written before it goes."""
    (tmp_path / "vault-key.pem").write_text("somebody's")
    said = _refusal(tmp_path, "-dev-tls", f"-dev-tls-cert-dir={tmp_path}")
    assert said == f"-dev-tls: {tmp_path}/vault-key.pem: File exists\n"
    assert (tmp_path / "vault-key.pem").read_text() == "somebody's"
    assert not (tmp_path / "vault-ca.pem").exists()


@pytest.mark.parametrize("prefix", ["VAULT", "BAO", "STRONGROOM"])
def testenvironment(tmp_path: Path, prefix: str) -> None:
    """Token and address come from the environment; a token that isn't to be stored isn't."""
    address = f"127.0.0.1:{free_port()}"
    variables = {f"{prefix}_DEV_ROOT_TOKEN_ID": "from-there", f"{prefix}_DEV_LISTEN_ADDRESS": address}
    with _started(tmp_path, "-dev", "-dev-no-store-token", **variables):
        assert ask(address, "/v1/auth/token/lookup-self", token="from-there").status == 200
        assert not (tmp_path / ".vault-token").exists()


def test_stores_the_token(tmp_path: Path) -> None:
    """Unless told not to, it leaves its token where the command line looks, for nobody else to read."""
    address = f"127.0.0.1:{free_port()}"
    with _started(tmp_path, "-dev", "-dev-root-token-id=stored", f"-dev-listen-address={address}"):
        kept = tmp_path / ".vault-token"
        assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == ("stored", 0o600)


def test_version_one(tmp_path: Path) -> None:
    """`-dev-kv-v1` alone means a development server whose `secret/` keeps no versions."""
    address = f"127.0.0.1:{free_port()}"
    with _started(tmp_path, "-dev-kv-v1", "-dev-root-token-id=root", f"-dev-listen-address={address}"):
        mounts = ask(address, "/v1/sys/mounts", token="root").json["data"]
        assert mounts["secret/"]["options"] == {"version": "1"}


def test_with_a_configuration(tmp_path: Path) -> None:
    """The configuration's listeners and limits are there besides the development server's own."""
    second, own = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    (tmp_path / "more.hcl").write_text(
        'license_path = "/a"\n'
        f'listener "tcp" {{\n  address = "{second}"\n  tls_disable = true\n  require_request_header = true\n}}\n'
    )
    flags = ("-dev", f"-config={tmp_path}/more.hcl", f"-dev-listen-address={own}")
    with _started(tmp_path, *flags) as output:
        assert ask(own, "/v1/sys/health").status == 200
        assert ask(second, "/v1/sys/health").status == 412
        assert "license_path has no effect in this server" in output.read_text()


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (("-dev", "-dev-listen-address=foo"), "listener address 'foo': expected host:port, as in 127.0.0.1:8200\n"),
        (
            ("-dev", "-dev-listen-address=127.0.0.1:99999"),
            "listener address '127.0.0.1:99999': expected a port from 0 to 65535",
        ),
        (("-dev-leased-kv",), "-dev-leased-kv is not supported"),
        (("-dev", "-dev-tls-cert-dir=/tmp"), "-dev-tls-cert-dir needs -dev-tls\n"),
        (("-dev", "-dev-root-token-id=a.b"), "-dev-root-token-id takes"),
        (("-recovery",), "no configuration was given"),
        (("-dev", "-recovery"), "-recovery is for the store of a configuration"),
    ],
)
def test_refused(tmp_path: Path, flags: tuple[str, ...], text: str) -> None:
    """What can't be done as documented ends the program with one line that names the flag or the address."""
    said = _refusal(tmp_path, *flags)
    assert said.startswith(text)
    assert said.count("\n") == 1


def test_an_address_in_use(tmp_path: Path) -> None:
    """A second server on the same address says so."""
    address = f"127.0.0.1:{free_port()}"
    with _started(tmp_path, "-dev", f"-dev-listen-address={address}"):
        said = _refusal(tmp_path, "-dev", f"-dev-listen-address={address}")
    assert said == f"listener address {address} is in use by another process\n"
