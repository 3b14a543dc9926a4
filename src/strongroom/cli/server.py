"""The command `server`: its flags, handed to the server as one value."""

from __future__ import annotations

from importlib import import_module

from strongroom.cli.command import Arity, Command
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.server.arguments import DEV_LISTEN_ADDRESS, ServeArguments

_OPTIONS = Group(
    "Command Options",
    (
        Flag("config", "A configuration file or directory; may be repeated.", "strings", variable="CONFIG_PATH"),
        Flag("exit-on-core-shutdown", "Exit when the server shuts down inside.", "bool"),
        Flag("log-file", "Where to write the log as well."),
        Flag("log-format", "standard or json.", variable="LOG_FORMAT"),
        Flag("log-level", "trace, debug, info, warn or error.", variable="LOG_LEVEL"),
        Flag("recovery", "Serve nothing but rows of the store, for repairs.", "bool"),
    ),
)
_DEV = Group(
    "Dev Options",
    (
        Flag("dev", "Start a development server: in memory, unsealed, unsafe.", "bool"),
        Flag("dev-kv-v1", "Mount version 1 of kv at secret/.", "bool"),
        Flag("dev-leased-kv", "Known to Vault; refused here: the kv engine makes no leases.", "bool"),
        Flag(
            "dev-listen-address",
            "Where a development server listens.",
            default=DEV_LISTEN_ADDRESS,
            variable="DEV_LISTEN_ADDRESS",
        ),
        Flag("dev-no-store-token", "Don't keep the root token for later commands.", "bool"),
        Flag("dev-root-token-id", "The root token of a development server.", variable="DEV_ROOT_TOKEN_ID"),
        Flag("dev-tls", "Make a certificate and speak TLS.", "bool"),
        Flag("dev-tls-cert-dir", "Where to write that certificate."),
    ),
)


def _server(call: Invocation) -> int:
    flags = call.flags
    arguments = ServeArguments(
        config=tuple(flags.many("config")),
        dev=flags.on("dev"),
        dev_root_token_id=flags.text("dev-root-token-id"),
        dev_listen_address=flags.text("dev-listen-address"),
        dev_no_store_token=flags.on("dev-no-store-token"),
        dev_kv_v1=flags.on("dev-kv-v1"),
        dev_tls=flags.on("dev-tls"),
        dev_tls_cert_dir=flags.text("dev-tls-cert-dir"),
        dev_leased_kv=flags.on("dev-leased-kv"),
        log_level=flags.text("log-level"),
        log_format=flags.text("log-format"),
        log_file=flags.text("log-file"),
        exit_on_core_shutdown=flags.on("exit-on-core-shutdown"),
        recovery=flags.on("recovery"),
    )
    # The server needs everything, the command line next to nothing: its modules are named here, not imported above.
    load = import_module("strongroom.server.interpreter").load
    return int(load("strongroom.server.main").serve(arguments) or 0)


COMMANDS = {
    "server": Command(
        "server [options]",
        "Starts a server. It begins sealed, unless it has a seal that opens itself.\n\n"
        "$ strongroom server -config=/etc/strongroom/config.hcl\n\n"
        "A server to try things out, in memory and unsealed:\n\n$ strongroom server -dev",
        _server,
        (_OPTIONS, _DEV),
        Arity(0, None),
        http=False,
    ),
}
