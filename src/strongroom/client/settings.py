"""The settings of a client, and their environment variables.

Source: the environment variables of Vault's command line; `STRONGROOM_*` comes before `BAO_*` before `VAULT_*`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from strongroom.client.durations import parse_seconds
from strongroom.client.errors import BadSettings

PREFIXES = ("STRONGROOM_", "BAO_", "VAULT_")
DEFAULT_ADDRESS = "https://127.0.0.1:8200"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """How to check the server, and what to show it.  Paths are of PEM files; empty means not set."""

    ca_cert: str = ""
    ca_cert_bytes: str = ""
    ca_path: str = ""
    client_cert: str = ""
    client_key: str = ""
    server_name: str = ""
    skip_verify: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the server is and how to speak to it."""

    address: str = DEFAULT_ADDRESS
    address_from: str = ""
    """Where the address was given: a variable or a flag; empty for the default."""
    token: str = field(default="", repr=False)
    namespace: str = ""
    wrap_ttl: str = ""
    mfa: tuple[str, ...] = field(default=(), repr=False)
    policy_override: bool = False
    unlock_key: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    tls: Tls = Tls()
    proxy: str = field(default="", repr=False)
    """Address of an HTTP proxy for every request; empty leaves it to `http_proxy` and its like."""
    timeout_s: float | None = 60.0
    """How long the server may keep silent; None: for ever."""
    max_retries: int = 2
    """How often a request is sent again after a 5xx other than 501, a 412, or no answer."""
    redirects: bool = True


def named(environment: Mapping[str, str], name: str) -> tuple[str, str]:
    """The first set variable for `name` and its value; the last prefix and an empty value when none is set."""
    for prefix in PREFIXES:
        if value := environment.get(prefix + name):
            return prefix + name, value
    return PREFIXES[0] + name, ""


def parse_bool(text: str) -> bool:
    """A boolean as Go's `strconv` takes it.  Raises `ValueError`."""
    if text in {"1", "t", "T", "TRUE", "true", "True"}:
        return True
    if text in {"0", "f", "F", "FALSE", "false", "False"}:
        return False
    raise ValueError(f'strconv.ParseBool: parsing "{text}": invalid syntax')


def _flag(environment: Mapping[str, str], name: str) -> bool:
    variable, value = named(environment, name)
    if not value:
        return False
    try:
        return parse_bool(value)
    except ValueError:
        raise BadSettings(f"could not parse {variable}") from None


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float | None:
    """A time; None for one that isn't above 0, which stands for no limit."""
    variable, value = named(environment, name)
    if not value:
        return default
    try:
        seconds = parse_seconds(value)
    except ValueError:
        raise BadSettings(f'could not parse "{variable}"') from None
    return seconds if seconds > 0 else None


def _retries(environment: Mapping[str, str], default: int) -> int:
    value = named(environment, "MAX_RETRIES")[1]
    if not value:
        return default
    try:
        retries = int(value)
    except ValueError:
        raise BadSettings(f'strconv.ParseInt: parsing "{value}": invalid syntax') from None
    if retries < 0:
        raise BadSettings(f"error parsing int value; out of range [0 to {2**63 - 1}]: {value}")
    return retries


def check_files(tls: Tls) -> None:
    """Look at the files that the settings name, whether the connection is going to need them or not.

    Raises: `BadSettings` for one that can't be read, or holds no PEM.
    """
    if bool(tls.client_cert) != bool(tls.client_key):
        raise BadSettings("both client cert and client key must be provided")
    if tls.ca_cert:
        try:
            if b"-----BEGIN " not in _content(tls.ca_cert):
                raise BadSettings(f"Couldn't parse PEM in: {tls.ca_cert}")
        except BadSettings as error:
            raise BadSettings(f"Error loading CA File: {error}") from error
    elif tls.ca_path and not os.path.exists(tls.ca_path):  # noqa: PTH110 - pathlib is slow to import
        raise BadSettings(f"lstat {tls.ca_path}: no such file or directory")
    for path in filter(None, (tls.client_cert, tls.client_key)):
        if b"-----BEGIN " not in _content(path):
            raise BadSettings("tls: failed to find any PEM data in certificate input")


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return file.read()
    except OSError as error:
        raise BadSettings(f"open {path}: {(error.strerror or str(error)).lower()}") from error


def from_environment(environment: Mapping[str, str], *, max_retries: int = 2) -> Settings:
    """The settings that environment variables give.

    Args:
        max_retries: the retries where the environment names none.

    Raises: `BadSettings` when a variable's value can't be read.
    """

    def text(name: str) -> str:
        return named(environment, name)[1]

    tls = Tls(
        ca_cert=text("CACERT"),
        ca_cert_bytes=text("CACERT_BYTES"),
        ca_path=text("CAPATH"),
        client_cert=text("CLIENT_CERT"),
        client_key=text("CLIENT_KEY"),
        server_name=text("TLS_SERVER_NAME"),
        skip_verify=_flag(environment, "SKIP_VERIFY"),
    )
    return Settings(
        address=text("ADDR") or DEFAULT_ADDRESS,
        address_from=named(environment, "ADDR")[0] if text("ADDR") else "",
        token=text("TOKEN"),
        namespace=text("NAMESPACE"),
        wrap_ttl=text("WRAP_TTL"),
        mfa=tuple(filter(None, text("MFA").split(","))),
        tls=tls,
        proxy=text("PROXY_ADDR") or text("HTTP_PROXY"),
        timeout_s=_seconds(environment, "CLIENT_TIMEOUT", 60.0),
        max_retries=_retries(environment, max_retries),
        redirects=not _flag(environment, "DISABLE_REDIRECTS"),
    )
