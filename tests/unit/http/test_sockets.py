"""Claims about listening sockets, with the kernel's own."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path

import pytest

from strongroom.http.settings import ListenerError
from strongroom.http.sockets import TcpAddress, adopt, local_name, open_tcp, open_unix, parse_tcp_address
from tests.ports import free_port


def test_addresses() -> None:
    """Host and port are told apart; an IPv6 address needs brackets."""
    assert parse_tcp_address("127.0.0.1:8200") == TcpAddress("127.0.0.1", 8200)
    assert parse_tcp_address("[::1]:8200") == TcpAddress("::1", 8200)
    assert parse_tcp_address(":0") == TcpAddress("", 0)
    assert str(parse_tcp_address("[::1]:8200")) == "[::1]:8200"
    for wrong in ("127.0.0.1", "::1", "::1:8200", "a:b", "a:65536", "a:-1", "a:\u00b2", ""):
        with pytest.raises(ListenerError):
            parse_tcp_address(wrong)


def test_workers_share_a_port() -> None:
    """Several sockets have one port, also one that the kernel chose, and each gets connections."""
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(sock) for sock in open_tcp("127.0.0.1:0", 3)]
        assert len({sock.getsockname() for sock in opened}) == 1
        taken = set()
        for _ in range(60):
            with socket.create_connection(opened[0].getsockname()):
                for index, sock in enumerate(opened):
                    with contextlib.suppress(BlockingIOError):
                        sock.accept()[0].close()
                        taken.add(index)
        assert taken == {0, 1, 2}


@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 2), (2, 1), (2, 2)])
def test_a_port_in_use_is_an_error(first: int, second: int) -> None:
    """However many workers either server has, the second is told that the port is taken."""
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(sock) for sock in open_tcp("127.0.0.1:0", first)]
        with pytest.raises(ListenerError, match="is in use by another process"):
            open_tcp(local_name(opened[0]), second)


def test_wildcards() -> None:
    """`0.0.0.0` is IPv4 alone; an empty host and `::` are both families, a single IPv6 address only itself."""
    for host, reached in (("0.0.0.0", {4}), ("", {4, 6}), ("[::]", {4, 6}), ("[::1]", {6})):
        port = free_port()
        with open_tcp(f"{host}:{port}", 1)[0]:
            found = set()
            for version, client in ((4, "127.0.0.1"), (6, "::1")):
                with contextlib.suppress(OSError), socket.create_connection((client, port), 1):
                    found.add(version)
            assert found == reached


def test_names_and_errors() -> None:
    """A name is resolved, IPv4 first; what can't be bound says why."""
    with open_tcp("localhost:0", 1)[0] as sock:
        assert sock.getsockname()[0] == "127.0.0.1"
    with pytest.raises(ListenerError, match=r"192\.0\.2\.1:8200: "):
        open_tcp("192.0.2.1:8200", 2)


def test_unix_sockets_have_their_mode(tmp_path: Path) -> None:
    """Mode and owner are set before anyone can connect."""
    path = tmp_path / "s"
    with open_unix(str(path), mode=0o640, user=str(os.getuid()), group=str(os.getgid())) as sock:
        status = path.stat()
        assert stat.S_IMODE(status.st_mode) == 0o640
        assert (status.st_uid, status.st_gid) == (os.getuid(), os.getgid())
        assert local_name(sock) == str(path)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_a_socket_that_was_left_behind_is_replaced(tmp_path: Path) -> None:
    """The file of a dead server is replaced; that of a living one is not, nor is a file that is no socket."""
    path = tmp_path / "s"
    open_unix(str(path)).close()
    with open_unix(str(path)):
        inode = path.stat().st_ino
        with pytest.raises(ListenerError, match="is in use by another process"):
            open_unix(str(path))
        assert path.stat().st_ino == inode
    plain = tmp_path / "plain"
    plain.write_text("precious")
    with pytest.raises(ListenerError, match="no socket is in the way"):
        open_unix(str(plain))
    assert plain.read_text() == "precious"


def test_unix_errors(tmp_path: Path) -> None:
    """A missing folder, user or group is named."""
    with pytest.raises(ListenerError, match="No such file"):
        open_unix(str(tmp_path / "absent" / "s"))
    with pytest.raises(ListenerError, match="'nosuchuser': no such user"):
        open_unix(str(tmp_path / "a"), user="nosuchuser")
    with pytest.raises(ListenerError, match="'nosuchgroup': no such group"):
        open_unix(str(tmp_path / "b"), group="nosuchgroup")


def test_descriptors_are_adopted() -> None:
    """A listening descriptor becomes a socket again; what doesn't listen is refused and left open."""
    opened = open_tcp("127.0.0.1:0", 1)[0]
    name = local_name(opened)
    with adopt(opened.detach()) as sock:
        assert local_name(sock) == name
        with socket.create_connection(sock.getsockname()):
            sock.accept()[0].close()
    with socket.socket() as idle:
        with pytest.raises(ListenerError, match="doesn't listen"):
            adopt(idle.fileno())
        idle.getsockname()
    reading, writing = os.pipe()
    with pytest.raises(ListenerError):
        adopt(reading)
    os.close(reading)
    os.close(writing)
