"""What the command line says about a server to start."""

from __future__ import annotations

from dataclasses import dataclass, field

DEV_LISTEN_ADDRESS = "127.0.0.1:8200"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeArguments:
    """What the command line says about a server to start."""

    config: tuple[str, ...] = ()
    """Configuration files or directories, in the order they were given."""
    dev: bool = False
    dev_root_token_id: str = field(default="", repr=False)
    """The root token of a development server; empty lets the server make one."""
    dev_listen_address: str = DEV_LISTEN_ADDRESS
    """`host:port` of a development server."""
    dev_no_store_token: bool = False
    """Whether a development server leaves the user's kept token alone."""
    dev_kv_v1: bool = False
    """Whether `secret/` is a version 1 mount."""
    dev_tls: bool = False
    dev_tls_cert_dir: str = ""
    """Where a development server writes its certificate; empty means a temporary directory."""
    dev_leased_kv: bool = False
    """Whether `secret/` leases what it returns; implies version 1."""
    log_level: str = ""
    """trace, debug, info, warn or error; empty leaves it to the configuration."""
    log_format: str = ""
    """standard or json; empty leaves it to the configuration."""
    log_file: str = ""
    exit_on_core_shutdown: bool = False
    recovery: bool = False
