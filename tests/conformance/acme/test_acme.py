"""Certificates by ACME, from a real authority that looks at the ports where authorities look."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests import stopping
from tests.conformance.acme.authority import AcmeAuthority, acme_authority
from tests.conformance.acme.ports import HTTP_PORT, TLS_PORT, closed_to_us, proving_ports
from tests.conformance.processes.node import CONFIG, Node, command_line, running, wait_until
from tests.conformance.program import forked
from tests.conformance.servers import OURS
from tests.ports import free_port

NAME = "node.strongroom.test"
ISSUE_TIMEOUT_S = 30.0

WITHIN_TLS = "tls_acme_disable_http_challenge = true"
OVER_HTTP = "tls_acme_disable_alpn_challenge = true"


_REASON = closed_to_us(HTTP_PORT, TLS_PORT)
pytestmark = [pytest.mark.skipif(bool(_REASON), reason=_REASON), pytest.mark.usefixtures("proving_ports")]

__all__ = ["proving_ports"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AcmeAuthority]:
    """One authority for all tests, each of which keeps its own accounts."""
    with acme_authority(tmp_path_factory.mktemp("authority")) as found:
        yield found


def listener(authority: AcmeAuthority, port: int, *more: str, names: str = f'"{NAME}"', url: str = "") -> str:
    """A stanza for a listener with a certificate by ACME."""
    lines = [
        f'address = "127.0.0.1:{port}"',
        f'tls_acme_ca_directory = "{url or authority.directory}"',
        f'tls_acme_ca_root = "{authority.server_root}"',
        f"tls_acme_domains = [{names}]",
        *more,
    ]
    return 'listener "tcp" {\n  ' + "\n  ".join(lines) + "\n}\n"


@contextlib.contextmanager
def started(tmp_path: Path, *stanzas: str, workers: int = 2, forked: bool = True) -> Iterator[Node]:
    """A running, sealed node with these listeners besides a plain one."""
    node = Node(tmp_path, config=CONFIG + "".join(stanzas), workers_wanted=workers, started=not forked)
    with running(node):
        node.start()
        yield node


def shown(authority: AcmeAuthority, port: int, name: str = NAME) -> x509.Certificate:
    """The certificate that an ordinary client gets and accepts.  Raises `OSError`."""
    context = ssl.create_default_context(cafile=str(authority.root))
    with (
        socket.create_connection(("127.0.0.1", port), 5) as sock,
        context.wrap_socket(sock, server_hostname=name) as tls,
    ):
        tls.sendall(b"GET /v1/sys/seal-status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"200 OK" in tls.recv(4096)
        der = tls.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der)


def obtained(node: Node, authority: AcmeAuthority, port: int, name: str = NAME) -> x509.Certificate:
    """Wait until a client is served, and return the certificate."""
    found: list[x509.Certificate] = []

    def served() -> bool:
        try:
            found.append(shown(authority, port, name))
        except OSError:
            time.sleep(0.2)
        return bool(found)

    wait_until(served, lambda: node.log_text()[-6000:], ISSUE_TIMEOUT_S)
    return found[0]


def test_within_tls(tmp_path: Path, authority: AcmeAuthority) -> None:
    """A name is proven on the listener itself, and its clients are served with what was issued."""
    with started(tmp_path, listener(authority, TLS_PORT, WITHIN_TLS)) as node:
        certificate = obtained(node, authority, TLS_PORT)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == [NAME]
        assert "a name is proven to a certificate authority" in node.log_text()


def test_over_http(tmp_path: Path, authority: AcmeAuthority) -> None:
    """Names are proven on port 80 for a listener elsewhere, all in one certificate; the port is closed afterwards."""
    port = free_port()
    names = f'"{NAME}", "other.strongroom.test"'
    with started(tmp_path, listener(authority, port, OVER_HTTP, names=names)) as node:
        obtained(node, authority, port)
        assert shown(authority, port, "other.strongroom.test")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", HTTP_PORT), 5)


def test_a_restart_uses_what_is_there(tmp_path: Path, authority: AcmeAuthority) -> None:
    """A node that starts anew serves at once, with the same certificate, and asks the authority for nothing."""
    port = free_port()
    with started(tmp_path, listener(authority, port, OVER_HTTP)) as node:
        first = obtained(node, authority, port)
        issued = authority.issued()
        node.restart()
        assert shown(authority, port).serial_number == first.serial_number
        assert authority.issued() == issued


def test_nobody_else_can_read_the_keys(tmp_path: Path, authority: AcmeAuthority) -> None:
    """What is kept is its owner's only; no challenge stays behind."""
    port = free_port()
    with started(tmp_path, listener(authority, port, OVER_HTTP)) as node:
        obtained(node, authority, port)
        cache = tmp_path / "store" / "acme"
        found = {path: stat.S_IMODE(path.stat().st_mode) for path in [cache, *cache.rglob("*")]}
        assert {mode for path, mode in found.items() if path.is_dir()} == {0o700}
        assert {mode for path, mode in found.items() if path.is_file()} == {0o600}
        assert sorted(path.parent.name for path in found if path.suffix == ".pem") == ["accounts", "certificates"]


def test_listeners_share_a_certificate(tmp_path: Path, authority: AcmeAuthority) -> None:
    """Two listeners that ask for the same are given one certificate."""
    ports = free_port(), free_port()
    issued = authority.issued()
    with started(tmp_path, *(listener(authority, port, OVER_HTTP) for port in ports)) as node:
        serials = {obtained(node, authority, port).serial_number for port in ports}
        assert len(serials) == 1
        assert authority.issued() == issued + 1


def test_renews_without_a_restart(tmp_path: Path, authority: AcmeAuthority) -> None:
    """When two thirds of its life are over a certificate is replaced, and the running workers serve the new one.

    Its life began, says the authority, a minute before it was issued, so that this is soon.  The node starts anew in
    between, because it asks for nothing in the minute after it got something.
    """
    rules = {"allow_any_name": True, "key_type": "any", "ttl": "45s", "not_before_duration": "65s"}
    authority.write("pki/roles/brief", **rules, no_store=False)
    port = free_port()
    with started(tmp_path, listener(authority, port, OVER_HTTP, url=authority.role_directory("brief"))) as node:
        first = obtained(node, authority, port)
        node.restart()
        assert shown(authority, port).serial_number == first.serial_number
        issued = authority.issued()

        def renewed() -> bool:
            time.sleep(0.3)
            return shown(authority, port).serial_number != first.serial_number

        wait_until(renewed, lambda: node.log_text()[-6000:], ISSUE_TIMEOUT_S)
        assert authority.issued() == issued + 1


def test_only_authorities_see_a_proof(tmp_path: Path, authority: AcmeAuthority) -> None:
    """While a name is being proven, who doesn't ask by that protocol alone is refused: there is no certificate yet."""
    stop = authority.pid
    with started(tmp_path, listener(authority, TLS_PORT, WITHIN_TLS)) as node:
        proofs = tmp_path / "store" / "acme" / "challenges"
        wait_until(lambda: any(proofs.glob("*.pem")), lambda: node.log_text()[-6000:], ISSUE_TIMEOUT_S)
        stopping.stop(stop)
        try:
            assert _extensions(["acme-tls/1"], NAME) == {"1.3.6.1.5.5.7.1.31"}
            for protocols in (["http/1.1"], ["acme-tls/1", "http/1.1"], []):
                with pytest.raises(ssl.SSLError):
                    _extensions(protocols, NAME)
            with pytest.raises(ssl.SSLError):
                _extensions(["acme-tls/1"], "other.strongroom.test")
        finally:
            stopping.go_on(stop)
        obtained(node, authority, TLS_PORT)
        assert _extensions(["acme-tls/1"], NAME) == set()


def _extensions(protocols: list[str], name: str) -> set[str]:
    """The critical extensions of the certificate shown to who offers these protocols, but for those that all have."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if protocols:
        context.set_alpn_protocols(protocols)
    with socket.create_connection(("127.0.0.1", TLS_PORT), 5) as sock:
        with context.wrap_socket(sock, server_hostname=name) as tls:
            der = tls.getpeercert(binary_form=True)
    assert der is not None
    extensions = x509.load_der_x509_certificate(der).extensions
    usual = {x509.KeyUsage.oid, x509.BasicConstraints.oid, x509.SubjectAlternativeName.oid}
    return {
        extension.oid.dotted_string for extension in extensions if extension.critical and extension.oid not in usual
    }


def test_account_binding(tmp_path: Path, authority: AcmeAuthority) -> None:
    """An authority that knows its customers issues to those with the right key, and to others doesn't."""
    authority.write("pki/config/acme", eab_policy="always-required")
    try:
        binding = authority.write("pki/acme/new-eab")
        right, port = binding["key"], free_port()
        key_id = f'tls_acme_eab_key_id = "{binding["id"]}"'
        wrong = f'tls_acme_eab_mac_key = "{right[:-4]}AAAA"'
        with started(tmp_path / "wrong", listener(authority, port, OVER_HTTP, key_id, wrong)) as node:
            wait_until(lambda: "no certificate was issued" in node.log_text(), node.log_text, ISSUE_TIMEOUT_S)
            assert right[:-4] not in node.log_text()
        with started(
            tmp_path / "right", listener(authority, port, OVER_HTTP, key_id, f'tls_acme_eab_mac_key = "{right}"')
        ) as node:
            obtained(node, authority, port)
    finally:
        authority.write("pki/config/acme", eab_policy="not-required")


def test_an_authority_that_is_away(tmp_path: Path, authority: AcmeAuthority) -> None:
    """The node serves its other listeners, says what is wrong and waits; SIGHUP, or the time, tries again."""
    port, away = free_port(), free_port()
    stanza = listener(authority, port, OVER_HTTP, url=f"https://127.0.0.1:{away}/directory")
    with started(tmp_path, stanza) as node:
        wait_until(lambda: "no certificate was issued" in node.log_text(), node.log_text, ISSUE_TIMEOUT_S)
        assert "the authority can't be reached" in node.log_text()
        assert "the listener has no certificate" in node.log_text()
        assert node.call("GET", "sys/health").status == 501
        with pytest.raises(ssl.SSLError):
            shown(authority, port)
        node.restart()
        wait_until(lambda: "earlier attempts failed" in node.log_text(), node.log_text)
        assert node.log_text().count("no certificate was issued") == 1
        os.kill(node.pid, signal.SIGHUP)
        wait_until(lambda: node.log_text().count("no certificate was issued") == 2, node.log_text, ISSUE_TIMEOUT_S)
        assert "failures=2" in node.log_text()


def test_sealing_keeps_the_listener(tmp_path: Path, authority: AcmeAuthority) -> None:
    """The process that obtains certificates goes and comes back with the supervisor's memory, and just one runs."""
    port = free_port()
    with started(tmp_path, listener(authority, port, OVER_HTTP), forked=False) as node:
        obtained(node, authority, port)
        node.init()
        node.unseal()
        before = _obtaining(node)
        assert len(before) == 1
        assert node.seal().status == 204
        wait_until(lambda: _another(node, before[0]), node.log_text)
        assert shown(authority, port)
        [pid] = _obtaining(node)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: _another(node, pid), node.log_text)
        [pid] = _obtaining(node)
        node.stop()
        assert not Path(f"/proc/{pid}").exists()


def _obtaining(node: Node) -> list[int]:
    return [pid for pid in node.workers() if "strongroom.server.certificates.process" in command_line(pid)]


def _another(node: Node, before: int) -> bool:
    present = _obtaining(node)  # looked at once: the one before may end at any moment
    return len(present) == 1 and present != [before]


def test_diagnosis(tmp_path: Path, authority: AcmeAuthority) -> None:
    """With a certificate all is well, without one there is a warning; a key that others can read is a failure."""
    port = free_port()
    with started(tmp_path, listener(authority, port, OVER_HTTP)) as node:
        obtained(node, authority, port)
        found = _diagnosed(tmp_path)
        assert found["status"] == "ok"
        assert f"{NAME} by ACME, valid until" in found["message"]
        [certificate] = (tmp_path / "store" / "acme" / "certificates").iterdir()
        certificate.chmod(0o644)
        found = _diagnosed(tmp_path)
        assert found["status"] == "fail"
        assert "others can read the private key" in found["message"]
        certificate.unlink()
        found = _diagnosed(tmp_path)
        assert found["status"] == "warn"
        assert "there is no certificate yet" in found["warnings"][0]
        done = subprocess.run(
            [str(forked(OURS)), "operator", "validate-config", f"-config={tmp_path}/node.hcl"],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def _diagnosed(directory: Path) -> dict[str, Any]:
    """What the diagnosis says of the listener with ACME."""
    done = subprocess.run(
        [str(forked(OURS)), "operator", "diagnose", f"-config={directory}/node.hcl", "-format=json"],
        capture_output=True,
        check=False,
    )
    groups = json.loads(done.stdout)["children"]
    [listeners] = [found for found in groups if found["name"] == "Start Listeners"]
    found: dict[str, Any] = [each for each in listeners["children"] if each["name"] == "Check Listener TLS"][1]
    return found


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ('tls_acme_cache_path = "/proc/acme"', "tls_acme_cache_path: /proc/acme: No such file or directory"),
        ('tls_acme_cache_path = "{directory}/open"', "others can write to"),
        ('tls_acme_ca_root = "/missing.pem"', "tls_acme_ca_root: /missing.pem can't be read"),
        ("tls_acme_domains = []", "tls_acme_domains is needed"),
    ],
)
def test_what_keeps_it_from_starting(tmp_path: Path, authority: AcmeAuthority, more: str, text: str) -> None:
    """What would keep certificates from ever being obtained is said at the start."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    node = Node(tmp_path, config=CONFIG + listener(authority, free_port(), more))
    with running(node):
        node.launch()
        assert node.wait() == 1
        assert text in node.log_text()


def test_a_missing_package_is_named(tmp_path: Path, authority: AcmeAuthority) -> None:
    """Without the library the server says which command installs it."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['acme'] = None\n")
    config = CONFIG + listener(authority, free_port())
    node = Node(tmp_path, config=config, started=True, environment={"PYTHONPATH": str(tmp_path)})
    with running(node):
        node.launch()
        assert node.wait() == 1
        assert "-m pip install 'acme>=" in node.log_text()


def test_development_servers_have_none(tmp_path: Path, authority: AcmeAuthority) -> None:
    """There is nobody beside a development server who could ask for a certificate."""
    file = tmp_path / "acme.hcl"
    file.write_text(listener(authority, free_port(), f'tls_acme_cache_path = "{tmp_path}"'))
    done = subprocess.run(
        [str(OURS), "server", "-dev", f"-config={file}"], capture_output=True, timeout=60, check=False, text=True
    )
    assert done.returncode == 1
    assert "certificates by ACME" in done.stderr
