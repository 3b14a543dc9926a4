"""What a development server starts, from its flags and the configuration (pure, but for the place of its spool)."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from tempfile import TemporaryDirectory

from strongroom.server.arguments import ServeArguments
from strongroom.server.config.addresses import check_apart
from strongroom.server.config.config import Config, Listener, StorageConfig, Where
from strongroom.server.dev.tls import DevTls
from strongroom.server.plan import Plan, plan


class DevError(Exception):
    """The command line asks for what a development server doesn't do; the text says what."""


def check_flags(arguments: ServeArguments) -> None:
    """Refuse flags that would otherwise be ignored.

    Raises: `DevError`.
    """
    if arguments.dev_leased_kv:
        raise DevError("-dev-leased-kv is not supported: the kv engine makes no leases; use -dev-kv-v1")
    if arguments.dev_tls_cert_dir and not arguments.dev_tls:
        raise DevError("-dev-tls-cert-dir needs -dev-tls")
    token = arguments.dev_root_token_id
    if "." in token or not token.isascii() or not token.isprintable() or " " in token:
        # With a dot it would look like a token that the server made, or like a token of a namespace.
        raise DevError("-dev-root-token-id takes visible ASCII characters other than dots")


def dev_plan(arguments: ServeArguments, config: Config, tls: DevTls | None) -> Plan:
    """The plan of a development server: its own listener first, then those of the configuration.

    Args:
        config: of the files that were given as well; without a storage stanza.
        tls: the files of its own listener's certificate.

    Raises: `DevError`, `PlanError`.
    """
    if config.storage is not None and config.storage.type != "inmem":
        raise DevError(f"{config.storage.where}: -dev keeps everything in memory; take the storage stanza out")
    where = Where("-dev", 0)
    own = Listener(
        "tcp",
        where,
        address=arguments.dev_listen_address,
        tls_disable=tls is None,
        tls_cert_file=str(tls.certificate) if tls is not None else "",
        tls_key_file=str(tls.key) if tls is not None else "",
    )
    settings = replace(config.settings, ui=True)
    if not settings.api_addr:
        settings = replace(settings, api_addr=url(arguments.dev_listen_address, tls))
    listeners = (own, *config.listeners)
    check_apart(listeners)
    return plan(
        replace(
            config,
            settings=settings,
            storage=StorageConfig("inmem", where),
            listeners=listeners,
        ),
        processors=1,
    )


def with_spool(planned: Plan, kept: ExitStack) -> Plan:
    """The plan with a place for audit entries that wait for standard output; one that lasts only if one is configured.

    Args:
        kept: removes the place when the server ends.
    """
    if planned.settings.audit_spool_path:
        return planned
    place = kept.enter_context(TemporaryDirectory(prefix="strongroom-audit-"))
    return replace(planned, settings=replace(planned.settings, audit_spool_path=place))


def url(address: str, tls: DevTls | None) -> str:
    """Where clients of a development server find it."""
    host, _, port = address.rpartition(":")
    return f"{'http' if tls is None else 'https'}://{host or '127.0.0.1'}:{port}"
