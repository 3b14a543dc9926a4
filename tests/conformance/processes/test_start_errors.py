"""What keeps a server from starting is said in one sentence, and the status is 1: no crash loop, nothing left."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conformance.processes.node import CONFIG, Node, children, running
from tests.conformance.servers import OURS

LISTENER = 'listener "tcp" {\n  address = "{address}"\n  tls_disable = true\n}\n'
PLAIN_TLS = 'listener "tcp" {\n  address = "{address}"\n  tls_cert_file = "CERT"\n  tls_key_file = "KEY"\n}\n'
STORAGE = 'storage "sqlite" {\n  path = "{directory}/store"\n}\n'


def refused(node: Node) -> str:
    """Start it, which must fail with status 1; what it said."""
    with running(node):
        node.launch()
        assert node.wait() == 1, node.log_text()
        assert not children(node.pid)
    said = node.log_text()
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (LISTENER + 'storage "sqlite" {', "node.hcl"),
        (LISTENER, "storage stanza"),
        (STORAGE, "listener stanza"),
        (LISTENER + 'storage "sqlite" {}\n', "needs a path"),
        (LISTENER + 'storage "postgresql" {}\n', "connection_url"),
        (LISTENER + 'storage "cassandra" {\n  path = "vault/"\n}\n', '"cassandra" is not supported'),
        (LISTENER + STORAGE + 'default_lease_ttl = "2h"\nmax_lease_ttl = "1h"\n', "default_lease_ttl"),
        (LISTENER + STORAGE + 'workers = "many"\n', "workers"),
        (LISTENER + STORAGE + 'plugins = ["absent"]\n', "absent"),
        ('listener "tcp" {\n  address = "{address}"\n}\n' + STORAGE, "tls_cert_file"),
        (PLAIN_TLS.replace("CERT", "/nowhere.pem").replace("KEY", "/nowhere.key") + STORAGE, "/nowhere."),
        (PLAIN_TLS.replace("CERT", "/etc/hostname").replace("KEY", "/etc/hostname") + STORAGE, "/etc/hostname"),
        (LISTENER.replace("{address}", "no-such-host.invalid:1") + STORAGE, "no-such-host.invalid"),
        (LISTENER.replace("{address}", "192.0.2.1:8200") + STORAGE, "192.0.2.1:8200"),
        (LISTENER.replace("{address}", "8200") + STORAGE, "host:port"),
        (LISTENER + STORAGE + 'log_file = "/dev/null/log"\n', "/dev/null/log"),
        (LISTENER + STORAGE + 'pid_file = "/dev/null/pid"\n', "/dev/null/pid"),
        (LISTENER + 'storage "sqlite" {\n  path = "/dev/null/store"\n}\n', "/dev/null/store"),
        (LISTENER + 'storage "sqlite" {\n  path = "/proc/store"\n}\n', "/proc/store"),
    ],
)
def test_a_configuration_that_cannot_work(tmp_path: Path, config: str, said: str) -> None:
    """Each names what is wrong with it."""
    assert said in refused(Node(tmp_path, config + "workers = 2\n" * ("workers" not in config)))


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    """The file is named."""
    command = [str(OURS), "server", f"-config={tmp_path}/absent.hcl"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "absent.hcl" in done.stderr


@pytest.mark.parametrize("workers", [1, 2])
def test_an_address_in_use(tmp_path: Path, workers: int) -> None:
    """Also with several workers, whose sockets share a port among themselves."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert f"{address} is in use" in refused(Node(tmp_path, address=address, workers_wanted=workers))


def test_the_address_of_another_server(tmp_path: Path) -> None:
    """A second server doesn't take half of the first one's connections."""
    with running(Node(tmp_path / "one", workers_wanted=2)) as one:
        one.directory.mkdir()
        one.start()
        said = refused(Node(tmp_path / "two", address=one.address, workers_wanted=2))
        assert f"{one.address} is in use" in said
        assert one.call("GET", "sys/health").status == 501


@contextmanager
def unwritable(directory: Path) -> Iterator[Path]:
    """A directory that can't be written to, not even by root."""
    place = directory / "store"
    place.mkdir()
    if os.geteuid() != 0:
        place.chmod(0o500)
        yield place
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_storage_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """The path and the reason are said."""
    with unwritable(tmp_path) as place:
        said = refused(Node(tmp_path, workers_wanted=2))
        assert str(place) in said
        assert "Read-only file system" in said or "Permission denied" in said


@pytest.mark.parametrize("content", [b"", b"something else entirely" * 100], ids=["folder", "garbage"])
def test_a_database_that_is_none(tmp_path: Path, content: bytes) -> None:
    """A file of somebody else is refused, and left as it is."""
    database = tmp_path / "store" / "strongroom.db"
    database.parent.mkdir()
    if content:
        database.write_bytes(content)
    else:
        database.mkdir()
    said = refused(Node(tmp_path, workers_wanted=2))
    assert "strongroom.db" in said or "cannot be used" in said
    assert database.is_dir() or database.read_bytes() == content


def test_a_start_that_failed_leaves_a_store_that_works(tmp_path: Path) -> None:
    """Once the reason is gone, the same configuration starts."""
    blocked = tmp_path / "store"
    blocked.write_text("in the way")
    node = Node(tmp_path, CONFIG, workers_wanted=2)
    assert str(blocked) in refused(node)
    blocked.unlink()
    with running(node):
        node.ready()


def test_no_module_of_the_working_directory_is_imported(tmp_path: Path) -> None:
    """A server that is started in a directory of somebody else's runs none of its files, in none of its processes."""
    home = tmp_path / "anybodys"
    home.mkdir()
    marker = tmp_path / "marker"
    for name in ("structlog", "msgspec", "uvloop", "strongroom", "json"):
        (home / f"{name}.py").write_text(f"open({str(marker)!r}, 'a').write('{name} ')\n")
    with running(Node(home, workers_wanted=2)) as node:
        node.start()
        assert node.call("GET", "sys/health").status == 501
    assert not marker.exists(), marker.read_text()
