"""The command `import vault`."""

from __future__ import annotations

from dataclasses import replace

from strongroom.cli.command import FORMAT_ONLY, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.importing.carrying_out import carry_out
from strongroom.cli.importing.options import FLAGS, caller_of, read_options
from strongroom.cli.invocation import Invocation
from strongroom.client.errors import BadSettings
from strongroom.client.settings import Settings, Tls, check_files, named
from strongroom.importing.vault.source import VaultSource

_TOKEN_VARIABLE = "FROM_TOKEN"  # noqa: S105 - the name of a variable
_FROM = (
    Flag("from-address", "Where the other server listens: https://, http:// or unix://.", variable="FROM_ADDR"),
    Flag("from-token-file", "File with a token for it; else STRONGROOM_FROM_TOKEN has the token."),
    Flag("from-namespace", "The namespace there to begin at.", variable="FROM_NAMESPACE"),
    Flag("from-ca-cert", "PEM file of the authority that signed its certificate.", variable="FROM_CACERT"),
    Flag("from-ca-path", "Directory of PEM files of trusted authorities.", variable="FROM_CAPATH"),
    Flag("from-client-cert", "PEM file of the certificate to show to it."),
    Flag("from-client-key", "PEM file of the key that belongs to -from-client-cert."),
    Flag("from-tls-server-name", "The name that its certificate must hold."),
    Flag("from-tls-skip-verify", "Don't check its certificate. Unsafe.", "bool"),
)
_HELP = """Imports what a running Vault or OpenBao holds, which is only read.

Policies, mounts with settings, secrets with all versions, auth methods with roles, identities, keys and authorities \
as far as its API gives them. Plan first: the plan says what doesn't move, and why. What is there already is compared, \
and never changed. The exit code is 2 if something that was to move isn't there.

$ strongroom import vault -from-address=https://vault:8200 -from-token-file=token -plan
$ strongroom import vault -from-address=https://vault:8200 -from-token-file=token -journal=import.journal
$ strongroom import vault -from-address=https://vault:8200 -from-token-file=token -verify"""


def _token(call: Invocation) -> str:
    path = call.flags.text("from-token-file")
    if not path:
        token = named(call.environment, _TOKEN_VARIABLE)[1]
        if not token:
            raise Failure("A token for the other server is missing: give -from-token-file, or STRONGROOM_FROM_TOKEN")
        return token
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow to import
            return file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no text"
        raise Failure(f"Error reading the token for the other server: {path}: {reason}") from error


def _settings(call: Invocation) -> Settings:
    flags = call.flags
    if not flags.text("from-address"):
        raise Failure("Must specify the other server's address using -from-address.")
    tls = Tls(
        ca_cert=flags.text("from-ca-cert"),
        ca_path=flags.text("from-ca-path"),
        client_cert=flags.text("from-client-cert"),
        client_key=flags.text("from-client-key"),
        server_name=flags.text("from-tls-server-name"),
        skip_verify=flags.on("from-tls-skip-verify"),
    )
    try:
        check_files(tls)
    except BadSettings as error:
        raise Failure(f"failed to setup TLS config for the other server: {error}", 2) from error
    return replace(
        Settings(),
        address=flags.text("from-address"),
        address_from="-from-address",
        token=_token(call),
        namespace=flags.text("from-namespace"),
        tls=tls,
    )


def require_two_servers(source: Settings, destination: Settings) -> None:
    """Raises `Failure` if both are one: all would be found there already, and count as moved.

    Who comes from OpenBao may still have BAO_ADDR in the environment, which goes before VAULT_ADDR.
    """
    ends = [(server.address.rstrip("/").lower(), server.namespace.strip("/")) for server in (source, destination)]
    if ends[0] == ends[1]:
        named_by = f" ({destination.address_from})" if destination.address_from else ""
        raise Failure(
            f"Source and destination are the same server, {destination.address}{named_by}: name the destination by "
            "-address or STRONGROOM_ADDR"
        )


def _import(call: Invocation) -> int:
    options = read_options(call)
    try:
        settings = _settings(call)
        require_two_servers(settings, call.settings())
        source = VaultSource(caller_of(settings, options), options.selection)
        return carry_out(call, source, options)
    except BadSettings as error:
        raise Failure(f"failed to create client: {error}", 2) from error


COMMANDS = {
    "import vault": Command(
        "import vault [options]",
        _HELP,
        _import,
        (FORMAT_ONLY, Group("Source Options", _FROM), Group("Import Options", FLAGS)),
    ),
}
