"""What a template asks for, as a value (p).  Equal calls are one dependency, whichever template makes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl, unquote

Pairs = tuple[tuple[str, str], ...]


class Kind(Enum):
    """How a dependency is asked for.  The value is the word for people."""

    READ = "read"
    WRITE = "write"
    LIST = "list"
    CERTIFICATE = "certificate"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Dependency:
    """What a template asks for.

    Attributes:
        path: on the server, without slashes at its ends; of a file, on this machine.
        query: of a read.
        arguments: what is sent.  It may hold passwords.
        place: of a certificate, the file in which one may be kept; of a file, the folder that it can't be outside of.
    """

    kind: Kind
    path: str
    query: Pairs = ()
    arguments: Pairs = field(default=(), repr=False)
    place: str = ""

    def __str__(self) -> str:
        """For people: the path, and the names of what is sent."""
        query = "?" + "&".join(f"{name}={value}" for name, value in self.query) if self.query else ""
        names = f" ({', '.join(name for name, _ in self.arguments)})" if self.arguments else ""
        return f"{self.kind.value} {self.path}{query}{names}"


def secret(path: str, arguments: Mapping[str, Any] | None = None) -> Dependency:
    """What `secret` asks for: a read or a write.

    Args:
        path: of a read, as a URL has it: with a query behind it, and `%20` for a space.
        arguments: what is written, which may be nothing; None for a read.
    """
    if arguments is not None:
        return Dependency(Kind.WRITE, _bare(path), arguments=_pairs(arguments.items()))
    before, _, query = path.partition("#")[0].partition("?")
    return Dependency(Kind.READ, _bare(unquote(before)), query=_pairs(parse_qsl(query, keep_blank_values=True)))


def certificate(path: str, arguments: Mapping[str, Any], destination: str) -> Dependency:
    """What `pkiCert` asks for.

    Args:
        destination: the file of the template, which may hold the certificate already.
    """
    return Dependency(
        Kind.CERTIFICATE, _bare(path.partition("?")[0]), arguments=_pairs(arguments.items()), place=destination
    )


def names(path: str) -> Dependency:
    """What `secrets` asks for."""
    return Dependency(Kind.LIST, _bare(path))


def file(path: str, sandbox: str) -> Dependency:
    """What `file` asks for.

    Args:
        sandbox: the folder that the file has to be in; empty for any.
    """
    return Dependency(Kind.FILE, path.strip(), place=sandbox)


def _bare(path: str) -> str:
    return path.strip().strip("/")


def _pairs(items: Iterable[tuple[str, Any]]) -> Pairs:
    return tuple(sorted((name, str(value)) for name, value in items))
