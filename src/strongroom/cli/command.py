"""What a command is: its usage, its flags, what it runs.  (p)"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation


@dataclass(frozen=True, slots=True)
class Arity:
    """How many arguments a command takes, and how its complaints call that."""

    least: int = 0
    most: int | None = 0
    words: str = ""

    def check(self, arguments: Sequence[str]) -> None:
        """Raises `Failure` when there are too few or too many."""
        count = len(arguments)
        if count < self.least:
            raise Failure(f"Not enough arguments (expected {self.words or self.least}, got {count})")
        if self.most is not None and count > self.most:
            raise Failure(f"Too many arguments (expected {self.words or self.most}, got {count})")


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Args:
        usage: what follows the program's name in the usage line.
        help: what the command does; paragraphs and examples, without indentation.
        run: does it; returns the exit code, or raises `Failure`.
        groups: the command's own flags; those every request has come before them.
        arity: how many arguments it takes.
        http: whether it talks to a server, and so has the flags for that.
        raw: whether it can print an answer as it came.
        hands_on: whether its arguments are the words of another program, none of them meant for this one.
        once: whether what it prints can't be had again, so that it doesn't begin when standard output takes nothing.
    """

    usage: str
    help: str
    run: Callable[[Invocation], int]
    groups: tuple[Group, ...] = ()
    arity: Arity = Arity()
    http: bool = True
    raw: bool = False
    once: bool = False
    hands_on: bool = False

    def all_groups(self) -> tuple[Group, ...]:
        """The groups of flags in the order of the help."""
        return (HTTP, *self.groups) if self.http else self.groups

    def flags(self) -> list[Flag]:
        """All flags."""
        return [flag for group in self.all_groups() for flag in group.flags]


HTTP = Group(
    "HTTP Options",
    (
        Flag("address", "Where the server listens: http://, https:// or unix://.", variable="ADDR"),
        Flag("agent-address", "Where an agent listens that passes requests on.", variable="AGENT_ADDR"),
        Flag("ca-cert", "PEM file of the authority that signed the server's certificate.", variable="CACERT"),
        Flag("ca-path", "Directory of PEM files of trusted authorities.", variable="CAPATH"),
        Flag("client-cert", "PEM file of the certificate to show to the server.", variable="CLIENT_CERT"),
        Flag("client-key", "PEM file of the key that belongs to -client-cert.", variable="CLIENT_KEY"),
        Flag("disable-redirects", "Don't follow a redirect.", "bool", variable="DISABLE_REDIRECTS"),
        Flag("header", "A further request header; may be repeated.", "pairs", placeholder="key=value"),
        Flag("mfa", "Credentials for multi-factor authentication; may be repeated.", "strings", variable="MFA"),
        Flag("namespace", "The namespace to work in.", aliases=("ns",), variable="NAMESPACE"),
        Flag("non-interactive", "Never ask at the terminal.", "bool"),
        Flag("output-curl-string", "Print a curl command for the request instead of sending it.", "bool"),
        Flag("output-policy", "Print a policy that allows the request instead of sending it.", "bool"),
        Flag("policy-override", "Override a soft-mandatory policy.", "bool"),
        Flag("tls-server-name", "The name that the server's certificate must hold.", variable="TLS_SERVER_NAME"),
        Flag("tls-skip-verify", "Don't check the server's certificate. Unsafe.", "bool", variable="SKIP_VERIFY"),
        Flag("unlock-key", "Key that unlocks a namespace."),
        Flag("wrap-ttl", "Wrap the answer in a token that lives this long.", "duration", variable="WRAP_TTL"),
    ),
)
FIELD = Flag("field", "Print this field of the answer only, without a newline for programs to read.")
FORMAT = Flag(
    "format",
    "Format of the output: table, json, yaml or pretty; raw for read.",
    default="table",
    variable="FORMAT",
)
DETAILED = Flag("detailed", "Print more about each entry.", "bool", variable="DETAILED")
OUTPUT = Group("Output Options", (FIELD, FORMAT))
FORMAT_ONLY = Group("Output Options", (FORMAT,))
LISTING = Group("Output Options", (DETAILED, FORMAT))
FORCE = Flag("force", "Go ahead without what is usually required.", "bool", aliases=("f",))
