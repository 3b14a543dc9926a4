"""One run of one command: its flags, its streams, its client, and how it prints answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TextIO

from strongroom.cli import render, text
from strongroom.cli.data import DataError, DataReader
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Parsed, Values, without
from strongroom.cli.preview import previewing
from strongroom.cli.terminal import Terminal
from strongroom.cli.token_store import TokenStore, TokenStoreError, open_store
from strongroom.client.client import Client
from strongroom.client.durations import go_text
from strongroom.client.errors import BadSettings, ClientError
from strongroom.client.settings import Settings, Tls, check_files, from_environment, named

_MISREAD = ("Endpoint ignored these unrecognized parameters", "Did you mean ")


class Invocation:
    """The inputs and outputs of a command.

    Args:
        parsed: its flags and arguments.
        form: the output format.
        terminal: where output goes.
        environment: the process's environment.
        stdin: where input comes from.
    """

    def __init__(
        self,
        parsed: Parsed,
        form: str,
        *,
        terminal: Terminal,
        environment: Mapping[str, str],
        stdin: TextIO = sys.stdin,
    ) -> None:
        self.arguments: list[str] = parsed.arguments
        self._flags_ended = parsed.ended
        self.flags: Values = parsed.values
        self.form = form
        self.terminal = terminal
        self.environment = environment
        self.stdin = stdin

    @property
    def table(self) -> bool:
        """Whether output is for people."""
        return self.form == "table"

    def token_store(self) -> TokenStore:
        """Where tokens are kept between commands.  Raises `Failure`."""
        try:
            return open_store(self.environment)
        except TokenStoreError as error:
            raise Failure(f"failed to get token helper: {error}", 2) from error

    def settings(self, *, kept_token: bool = True) -> Settings:
        """The settings of the environment and the flags.  Raises `Failure`.

        Args:
            kept_token: whether the token of an earlier login is used where the environment has none.
        """
        try:
            base = from_environment(self.environment, max_retries=0)
        except BadSettings as error:
            raise Failure(f"failed to read environment: {error}", 2) from error
        flags = self.flags
        for name in flags.pairs("header"):
            if name.lower().startswith("x-vault-"):
                reason = "Header starting by 'X-Vault-' are for internal usage only"
                raise Failure(f"failed to setup Headers[{name}]: {reason}", 2)
        # An invalid duration in the variable is sent to the server, which refuses it.  Otherwise the response would
        # come unwrapped.
        from_variable = "" if flags.given("wrap-ttl") else base.wrap_ttl
        address, address_from = self._address(base)
        return replace(
            base,
            address=address,
            address_from=address_from,
            token=base.token or (self.kept_token() if kept_token else ""),
            namespace=flags.text("namespace"),
            wrap_ttl=go_text(flags.number("wrap-ttl")) if flags.number("wrap-ttl") else from_variable,
            mfa=(*base.mfa, *(flags.many("mfa") if flags.given("mfa") else ())),
            policy_override=flags.on("policy-override"),
            unlock_key=flags.text("unlock-key"),
            headers=tuple((name.title(), value) for name, value in flags.pairs("header").items()),
            tls=self._tls(base.tls),
            redirects=not flags.on("disable-redirects"),
        )

    def _address(self, base: Settings) -> tuple[str, str]:
        """The server's address, and which flag or variable says it."""
        for flag, variable in (("agent-address", "AGENT_ADDR"), ("address", "ADDR")):
            if address := self.flags.text(flag):
                return address, f"-{flag}" if self.flags.given(flag) else named(self.environment, variable)[0]
        return base.address, base.address_from

    def _tls(self, base: Tls) -> Tls:
        """What the flags, or the variables behind them, say of TLS.  Raises `Failure` for a file that can't be used."""
        flags = self.flags
        tls = Tls(
            ca_cert=flags.text("ca-cert"),
            ca_cert_bytes=base.ca_cert_bytes,
            ca_path=flags.text("ca-path"),
            client_cert=flags.text("client-cert"),
            client_key=flags.text("client-key"),
            server_name=flags.text("tls-server-name"),
            skip_verify=flags.on("tls-skip-verify"),
        )
        try:
            check_files(tls)
        except BadSettings as error:
            named = any(map(flags.given, ("ca-cert", "ca-path", "client-cert", "client-key")))
            raise Failure(
                f"{'failed to setup TLS config' if named else 'failed to read environment'}: {error}", 2
            ) from error
        return tls

    def kept_token(self) -> str:
        """The token that a login kept, empty when there is none.  Raises `Failure`."""
        try:
            return self.token_store().get()
        except TokenStoreError as error:
            raise Failure(f"failed to get token from token helper: {error}", 2) from error

    def client(self, *, kept_token: bool = True, asking: bool = False) -> Client:
        """A client for the server that the flags and the environment name.  Raises `Failure`.

        Args:
            kept_token: as in `settings`.
            asking: whether its requests are sent even where the command's own is only to be shown.
        """
        shown = self.previews() and not asking
        send = previewing(policy=self.flags.on("output-policy")) if shown else None
        try:
            return Client(self.settings(kept_token=kept_token), send=send)
        except BadSettings as error:
            raise Failure(f"failed to create client: {error}", 2) from error

    def previews(self) -> bool:
        """Whether requests are shown instead of sent."""
        return self.flags.on("output-curl-string") or self.flags.on("output-policy")

    @contextmanager
    def doing(self, prefix: str, code: int = 2) -> Iterator[None]:
        """Turn a client's error inside the block into a `Failure` whose text begins with `prefix`."""
        try:
            yield
        except ClientError as error:
            raise Failure(f"{prefix}{error}", code) from error

    def data_words(self, after: int = 1) -> list[str]:
        """The arguments that hold data, without `-format=…`, which counts wherever it stands and is no secret's field.

        Args:
            after: how many arguments come before the data.
        """
        words = self.arguments[after:]
        return words if self._flags_ended else without(words, "format")

    def data(self, words: list[str], prefix: str = "Failed to parse K=V data: ") -> dict[str, Any]:
        """Request data from words of the command line.  Raises `Failure`, with `prefix` before what is wrong."""
        reader = DataReader(self.stdin)
        try:
            found = reader.read(words)
        except DataError as error:
            raise Failure(f"{prefix}{error}") from error
        for note in reader.notes:
            self.terminal.warn(note)
        return found

    def answer(self, document: dict[str, Any] | None) -> int:
        """Print a whole answer, or the field that was asked for."""
        secret = render.SecretAnswer(document)
        if name := self.flags.text("field"):
            return self.field(secret, name)
        return self.secret(secret)

    def field(self, secret: render.SecretAnswer, name: str) -> int:
        """Print one field.  Raises `Failure` when it isn't there."""
        self.warnings(secret.warnings)
        try:
            value = secret.field(name)
        except KeyError:
            if self.table and secret.wrap is not None and not self.settings(kept_token=False).wrap_ttl:
                # The wrapping token isn't printed, so this request is lost. Every further one would wait too.
                self.terminal.warn(render.LOST)
            raise Failure(f'Field "{name}" not present in secret') from None
        return self.value(value)

    def value(self, value: Any) -> int:
        """Print a single value."""
        if self.table:
            self.terminal.value(text.go_value(value))
        elif self.form in {"yaml", "yml"}:
            self.terminal.value(render.document(value, self.form) + "\n", paint=False)
        else:
            self.terminal.value(render.document(value, self.form, sort=True), paint=False)
        return 0

    def secret(self, secret: render.SecretAnswer) -> int:
        """Print a whole secret."""
        if not self.table:
            return self.document(secret.document())
        self.warnings(secret.warnings)
        lines = render.rows(secret)
        if lines:
            self.terminal.out(text.pairs(lines))
        if secret.wrap is not None and not self.settings(kept_token=False).wrap_ttl:
            self._waits(secret.wrap)
        return 0

    def _waits(self, wrap: Mapping[str, Any]) -> None:
        """Say what to do about an answer that is wrapped though nobody asked for that."""
        if not any(word.lstrip("/").startswith("sys/wrapping/") for word in self.arguments):
            self.terminal.warn(render.waiting(wrap))

    def warnings(self, warnings: Sequence[str]) -> None:
        """Print a server's warnings."""
        if warnings:
            self.terminal.warn(text.warnings(warnings))

    def _misread(self, warnings: Any) -> None:
        """Print the server's warnings about unread names where only data is printed, because rules may be mistyped."""
        self.warnings([each for each in warnings or () if str(each).startswith(_MISREAD)])

    def document(self, value: Any, *, sort: bool = False) -> int:
        """Print a value as JSON or YAML.  Raises `Failure` for a format it can't have."""
        if isinstance(value, dict):
            self._misread(value.get("warnings"))
        if self.form == "pretty":
            raise Failure("Could not parse output: cannot use the pretty formatter for this type")
        self.terminal.raw(render.document(value, self.form, sort=sort) + "\n")
        return 0

    def done(self, document: dict[str, Any] | None, message: str) -> int:
        """Print the warnings of an answer that has no other content, and say that it worked."""
        secret = render.SecretAnswer(document)
        if secret.warnings and not self.table:
            return self.document(secret.document())
        self.warnings(secret.warnings)
        return self.succeeded(message)

    def succeeded(self, message: str) -> int:
        """Say that it worked, to people only: programs read the exit code, or take what is printed for a field.

        A script's `TOKEN=$(strongroom write -field=token …)` would go on with this sentence for a token.
        """
        if self.table and not self.flags.text("field"):
            self.terminal.out(message)
        return 0
