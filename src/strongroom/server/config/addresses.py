"""Addresses in a configuration: templates, ports, and listeners that want the same place (p)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from strongroom.http.sockets import TcpAddress, address_fault, parse_tcp_address
from strongroom.lib.postgresql.connection_url import UrlError, parse_connection_url
from strongroom.lib.sockaddr import InterfaceAddress, TemplateError, evaluate, is_template
from strongroom.server.config.reader import ConfigError, Where
from strongroom.server.config.stanzas import Listener, Settings

_HOST = re.compile(r"[\w.-]*")
_API_ADDR = Where("api_addr", 0)
_EVERY_HOST = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared, not bound


def check_listener(listener: Listener, places: Mapping[str, Where]) -> None:
    """Refuse an address that a listener can't have.

    Args:
        places: where the stanza's keys stand, as far as that is known.

    Raises: `ConfigError`.
    """
    for key, given in (("address", listener.address), ("cluster_address", listener.cluster_address)):
        if given and not is_template(given) and listener.type == "tcp":
            fault = address_fault(given)
            if not fault and not _is_host(parse_tcp_address(given).host):
                fault = "a host name or an IP address before the port"
            if fault:
                raise ConfigError(
                    places.get(key, listener.where), f'{key} in listener "tcp": expected {fault}, found "{given[:64]}"'
                )


def _is_host(host: str) -> bool:
    """Whether it may be a name or an address; `$HOSTNAME` and `<NODE_IP>`, which nobody filled in, may not."""
    return ":" in host or _HOST.fullmatch(host) is not None


def check_apart(listeners: Iterable[Listener]) -> None:
    """Refuse two listeners of which only one could be opened.  Raises `ConfigError`, which names both places."""
    seen: list[Listener] = []
    for listener in listeners:
        for other in seen:
            if _same_place(listener, other):
                also = "" if listener.address == other.address else f", which {other.address} takes as well"
                raise ConfigError(
                    listener.where,
                    f"expected listeners with different addresses, found {listener.address} again{also}: the first "
                    f"one is at {other.where}",
                )
        seen.append(listener)


def _same_place(one: Listener, other: Listener) -> bool:
    if one.type != other.type:
        return False
    if one.type == "unix" or is_template(one.address) or is_template(other.address):
        return one.address == other.address
    here, there = parse_tcp_address(one.address), parse_tcp_address(other.address)
    # With port 0 each listener gets its own port.
    if here.port != there.port or here.port == 0:
        return False
    return _host(here) == _host(there) or _covers(here, there) or _covers(there, here)


def _host(given: TcpAddress) -> str:
    return given.host.lower().rstrip(".")


def _covers(wide: TcpAddress, narrow: TcpAddress) -> bool:
    """Whether one stands for every address of the machine, that of the other among them."""
    return wide.host in _EVERY_HOST and (wide.host != "0.0.0.0" or ":" not in narrow.host)  # noqa: S104 - as above


def check_url(where: Where, url: str) -> None:
    """Refuse an address of the API that clients couldn't use.  Raises `ConfigError`."""
    if not url or is_template(url):
        return
    example = 'api_addr: expected a URL such as "https://strongroom.example.com:8200"'
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigError(where, f'{example}, found "{url[:64]}", whose port or address is none') from None
    # urlsplit takes blanks and line ends out, as a heredoc leaves one, and clients would be shown them.
    usable = parts.hostname and _is_host(parts.hostname) and not any(letter.isspace() for letter in url)
    if parts.scheme not in {"http", "https"} or not usable or port == 0:
        raise ConfigError(where, f'{example}, found "{url[:64]}"')
    if parts.password is not None:
        raise ConfigError(where, f"{example}, found one with a password, which everybody would be shown")


def check_connection_url(where: Where, url: str) -> None:
    """Refuse what is no address of a PostgreSQL server.  Raises `ConfigError`, which quotes no part of it."""
    try:
        parse_connection_url(url)
    except UrlError as error:
        raise ConfigError(
            where, f"connection_url: expected a URL or keywords of PostgreSQL, found that {error}"
        ) from None


def placed(
    settings: Settings, listeners: tuple[Listener, ...], interfaces: Callable[[], tuple[InterfaceAddress, ...]]
) -> tuple[Settings, tuple[Listener, ...]]:
    """Settings and listeners with every template evaluated.

    Args:
        interfaces: asks the machine; called only if there is a template.

    Raises: `ConfigError` for a template without exactly one address here, and for what isn't an address then.
    """

    def value(where: Where, name: str, given: str) -> str:
        if not is_template(given):
            return given
        try:
            return evaluate(given, interfaces())
        except OSError as error:
            raise ConfigError(where, f"{name}: expected the machine's interfaces, found {error}") from error
        except TemplateError as error:
            raise ConfigError(where, f"{name}: {error}" if where.line else str(error)) from None

    found = []
    for listener in listeners:
        where = listener.where
        listener_ = replace(
            listener,
            address=value(where, "address", listener.address),
            cluster_address=value(where, "cluster_address", listener.cluster_address),
        )
        check_listener(listener_, {})
        found.append(listener_)
    check_apart(found)
    api = value(_API_ADDR, "api_addr", settings.api_addr)
    check_url(_API_ADDR, api)
    cluster = value(Where("cluster_addr", 0), "cluster_addr", settings.cluster_addr)
    return replace(settings, api_addr=api, cluster_addr=cluster), tuple(found)
