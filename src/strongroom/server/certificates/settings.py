"""For which names a listener's certificate is, who issues it, and how both are proven (p)."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from urllib.parse import urlsplit

from strongroom.crypto.tls_certificates import KEY_TYPES
from strongroom.http.settings import ListenerError, ProofSettings
from strongroom.http.sockets import parse_tcp_address
from strongroom.server.config.config import Config, ConfigError, Listener
from strongroom.server.stores import StoreError
from strongroom.server.stores import directory as directory_of

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
HTTP_PORT = 80
TLS_PORT = 443
_PREFIX = "tls_acme_"
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")
_MAX_NAME = 253
_MAX_NAMES = 100
"""Names of one certificate, as public authorities have it."""


class AcmeError(Exception):
    """The settings can't be used; the text tells an operator what to change."""


@dataclass(frozen=True, slots=True)
class AcmeSettings:
    """The settings of one certificate: authority, account and names."""

    directory: str
    """URL."""
    test_directory: str
    """URL of an authority to try with after a failure; empty for none."""
    ca_root: str
    """File with the authorities that the directory's own certificate is verified against; empty for the system's."""
    cache: Path
    domains: tuple[str, ...]
    """In lower case and sorted, so that the same names are the same certificate."""
    email: str
    key_type: str
    eab_key_id: str
    eab_mac_key: str
    http: bool
    """Whether the names may be proven over HTTP, on `http_port`."""
    http_port: int
    alpn: bool
    """Whether they may be proven within TLS, on the listener itself."""

    def __repr__(self) -> str:
        return f"AcmeSettings({self.directory} {self.domains})"

    @property
    def name(self) -> str:
        """The certificate's name in the cache, usable as a file name."""
        told = "\n".join((self.directory, self.key_type, *self.domains))
        return f"{self.domains[0]}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    @property
    def certificate(self) -> Path:
        """The file that holds key and certificate."""
        return self.cache / "certificates" / f"{self.name}.pem"

    @property
    def proofs(self) -> ProofSettings:
        """Where listeners look for what to prove a name with."""
        return ProofSettings(frozenset(self.domains), self.cache / "challenges")

    @property
    def fingerprint(self) -> str:
        """A digest of all settings that may turn a failure into a success."""
        told = [str(getattr(self, field.name)) for field in fields(self)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def account(self, directory: str) -> Path:
        """The file that holds the key of the account with an authority."""
        told = "\n".join((directory, self.eab_key_id, self.email))
        host = urlsplit(directory).hostname or "authority"
        return self.cache / "accounts" / f"{host}-{hashlib.sha256(told.encode()).hexdigest()[:12]}.pem"


@dataclass(frozen=True, slots=True)
class CertificateOrder:
    """A certificate, and where its listeners are."""

    settings: AcmeSettings
    hosts: tuple[str, ...]
    """Where HTTP challenges are answered, each as a listener's address has it."""
    tls_port: bool
    """Whether one of the listeners is where authorities look for TLS challenges."""


def uses_acme(listener: Listener) -> bool:
    """Whether a listener's certificate comes by ACME.  One that names a file is served from that, as in OpenBao."""
    if listener.type != "tcp" or listener.tls_disable or listener.tls_cert_file or listener.tls_key_file:
        return False
    return any(getattr(listener, name) != default for name, default in _defaults())


def acme_keys(listener: Listener) -> list[str]:
    """The names of a listener's settings that are ACME's and not the default."""
    return [name for name, default in _defaults() if getattr(listener, name) != default]


def _defaults() -> Iterable[tuple[str, object]]:
    return ((field.name, field.default) for field in fields(Listener) if field.name.startswith(_PREFIX))


def with_cache(config: Config) -> Config:
    """A configuration whose listeners say where to keep certificates: beside the data, where they don't say it."""
    try:
        beside = directory_of(config.storage.type, config.storage.options) if config.storage is not None else None
    except StoreError:
        # With a database on another machine there is no default directory.
        beside = None
    if beside is None:
        return config
    path = str(beside / "acme")
    return replace(
        config,
        listeners=tuple(
            replace(listener, tls_acme_cache_path=path)
            if uses_acme(listener) and not listener.tls_acme_cache_path
            else listener
            for listener in config.listeners
        ),
    )


def acme_settings(listener: Listener) -> AcmeSettings:
    """What a listener that `uses_acme` asks for.

    Raises: `AcmeError`.
    """
    authority = listener.tls_acme_ca_directory or LETS_ENCRYPT
    _check_directory("tls_acme_ca_directory", authority)
    if listener.tls_acme_test_ca_directory:
        _check_directory("tls_acme_test_ca_directory", listener.tls_acme_test_ca_directory)
    if not listener.tls_acme_cache_path:
        raise AcmeError("tls_acme_cache_path is needed: a directory for the account's key and the certificates")
    if listener.tls_acme_disable_http_challenge and listener.tls_acme_disable_alpn_challenge:
        raise AcmeError(
            "tls_acme_disable_http_challenge and tls_acme_disable_alpn_challenge leave nothing to prove with"
        )
    key_type = listener.tls_acme_key_type or KEY_TYPES[0]
    if key_type not in KEY_TYPES:
        raise AcmeError(f"tls_acme_key_type {key_type!r} is unknown; choose of {', '.join(KEY_TYPES)}")
    port = listener.tls_acme_http_challenge_port or HTTP_PORT
    if not 0 < port < 65536:
        raise AcmeError(f"tls_acme_http_challenge_port {port} is no port")
    _check_binding(listener)
    return AcmeSettings(
        directory=authority,
        test_directory=listener.tls_acme_test_ca_directory,
        ca_root=listener.tls_acme_ca_root,
        cache=Path(listener.tls_acme_cache_path),
        domains=_domains(listener.tls_acme_domains),
        email=listener.tls_acme_email.removeprefix("mailto:"),
        key_type=key_type,
        eab_key_id=listener.tls_acme_eab_key_id,
        eab_mac_key=listener.tls_acme_eab_mac_key,
        http=not listener.tls_acme_disable_http_challenge,
        http_port=port,
        alpn=not listener.tls_acme_disable_alpn_challenge,
    )


def wanted(listeners: Iterable[Listener]) -> tuple[CertificateOrder, ...]:
    """The certificates that listeners ask for: those with the same settings share one.

    Raises: `ConfigError`.
    """
    hosts: dict[AcmeSettings, list[str]] = {}
    on_tls_port: set[AcmeSettings] = set()
    names: dict[Path, AcmeSettings] = {}
    for listener in listeners:
        if not uses_acme(listener):
            continue
        try:
            settings = acme_settings(listener)
            if names.setdefault(settings.certificate, settings) != settings:
                raise AcmeError("another listener asks for the same certificate with other tls_acme_ settings")
            address = parse_tcp_address(listener.address)
        except (AcmeError, ListenerError) as error:
            raise ConfigError(listener.where, str(error)) from None
        host = listener.tls_acme_challenge_host or address.host
        found = hosts.setdefault(settings, [])
        if host not in found:
            found.append(host)
        if address.port == TLS_PORT:
            on_tls_port.add(settings)
    return tuple(CertificateOrder(settings, tuple(found), settings in on_tls_port) for settings, found in hosts.items())


def _check_directory(key: str, url: str) -> None:
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in {"https", "http"}:
        raise AcmeError(f"{key} {url!r} is no URL of the form https://host/path")
    if parts.scheme == "http" and not _is_local(parts.hostname):
        # Over clear text, an attacker in the middle could prove any name (RFC 8555, section 6.1).
        raise AcmeError(f"{key} {url!r} must begin with https://; http:// is for this machine's own addresses only")


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_binding(listener: Listener) -> None:
    if bool(listener.tls_acme_eab_key_id) != bool(listener.tls_acme_eab_mac_key):
        raise AcmeError("tls_acme_eab_key_id and tls_acme_eab_mac_key need one another")
    key = listener.tls_acme_eab_mac_key
    if not _BASE64URL.fullmatch(key) or len(key.rstrip("=")) % 4 == 1:
        raise AcmeError("tls_acme_eab_mac_key is no base64url text")


def _domains(given: tuple[str, ...]) -> tuple[str, ...]:
    if not given:
        raise AcmeError(
            "tls_acme_domains is needed: the names that clients use; certificates for whatever name a client happens "
            "to ask for are not supported (or give tls_cert_file and tls_key_file)"
        )
    if len(given) > _MAX_NAMES:
        raise AcmeError(f"tls_acme_domains has more than {_MAX_NAMES} names")
    return tuple(sorted({_domain(name) for name in given}))


def _domain(given: str) -> str:
    name = given.lower().removesuffix(".")
    if name.startswith("*."):
        raise AcmeError(
            f"tls_acme_domains: {given!r}: only DNS challenges prove a wildcard, and these are not supported"
        )
    try:
        ipaddress.ip_address(name)
    except ValueError:
        pass  # a name, as it should be
    else:
        raise AcmeError(f"tls_acme_domains: {given!r} is an address; certificates are for names")
    if not name.isascii():
        raise AcmeError(f"tls_acme_domains: write {given!r} in its ASCII form (xn--…)")
    if len(name) > _MAX_NAME or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise AcmeError(f"tls_acme_domains: {given!r} is no host name")
    return name
