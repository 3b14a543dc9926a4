"""Hosts that answer challenges on loopback: a web server, a server for TLS, a name server."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class WebHost:
    """A web server of files.

    Args:
        tls: the context of a server of https; None for http.

    Attributes:
        files: by path; `redirects`: where a path leads; `asked`: the paths that were asked for; `hosts`: how the host
            was named then.
    """

    def __init__(self, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.files: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.asked: list[str] = []
        self.hosts: list[str] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(self.path)
                host.hosts.append(self.headers["Host"])
                if self.path in host.redirects:
                    self.send_response(302)
                    self.send_header("Location", host.redirects[self.path])
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                content = host.files.get(self.path, "").encode()
                self.send_response(200 if content else 404)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in address else socket.AF_INET

        self._server = Server((address, 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]

    def serve(self, token: str, content: str) -> None:
        """Serve the file of a challenge."""
        self.files[f"/.well-known/acme-challenge/{token}"] = content

    @contextlib.contextmanager
    def running(self) -> Iterator[WebHost]:
        """Serve until the block ends."""
        with _serving(self._server):
            yield self


class NameServer:
    """A name server with one address for every name, and TXT records.

    Attributes:
        texts: the TXT records by name; `absent`: names that there aren't; `asked`: the names that were asked for.
    """

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.address_of_all = address
        self.addresses: dict[str, str] = {}
        self.texts: dict[str, list[str]] = {}
        self.absent: set[str] = set()
        self.asked: list[str] = []
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, asked = self.request
                asked.sendto(outer.answer(data), self.client_address)

        self._server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self.resolver = f"127.0.0.1:{self._server.server_address[1]}"

    def answer(self, data: bytes) -> bytes:
        """The answer to a question."""
        question = dns.message.from_wire(data)
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.AA | dns.flags.RA
        asked = question.question[0]
        name = asked.name.to_text(omit_final_dot=True)
        self.asked.append(name)
        if name in self.absent:
            reply.set_rcode(dns.rcode.NXDOMAIN)
            return reply.to_wire()
        kind = dns.rdatatype.to_text(asked.rdtype)
        address = self.addresses.get(name, self.address_of_all)
        if kind == ("AAAA" if ":" in address else "A"):
            reply.answer.append(dns.rrset.from_text(asked.name, 1, "IN", kind, address))
        if kind == "TXT" and name in self.texts:
            quoted = [f'"{text}"' for text in self.texts[name]]
            reply.answer.append(dns.rrset.from_text(asked.name, 1, "IN", "TXT", *quoted))
        return reply.to_wire()

    @contextlib.contextmanager
    def running(self) -> Iterator[NameServer]:
        """Answer until the block ends."""
        with _serving(self._server):
            yield self


@contextlib.contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    """Have a server answer in a thread until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
