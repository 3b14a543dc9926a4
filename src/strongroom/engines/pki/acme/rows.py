"""Where the rows of the ACME server are, and reading them."""

from __future__ import annotations

from typing import Final

from strongroom.crypto.mac import sha256
from strongroom.engines.pki.acme.records import Account, AcmeConfig, Authorization, Mark, Order, Totals, Window
from strongroom.sdk import View, is_segment_name

ROOT: Final = "acme/"
CONFIG: Final = ROOT + "config"
NONCE_KEY: Final = ROOT + "nonce-key"
ACCOUNTS: Final = ROOT + "account/"
BINDINGS: Final = ROOT + "eab/"
BY_TIME: Final = ROOT + "by-time/"
TOTALS: Final = ROOT + "totals"

_NO_CONFIG = AcmeConfig()


async def config_of(view: View) -> AcmeConfig:
    """The settings of the ACME server."""
    return await view.read(CONFIG, AcmeConfig) or _NO_CONFIG


def account_key_row(directory: str, thumbprint: str) -> str:
    """The row that finds the account of a key."""
    return f"{ROOT}account-key/{digest(directory)}/{thumbprint}"


def orders_of(account: str) -> str:
    """The folder of an account's orders."""
    return f"{ROOT}order/{account}/"


def authorizations_of(account: str) -> str:
    """The folder of an account's authorizations."""
    return f"{ROOT}authz/{account}/"


def proved_row(account: str, directory: str, kind: str, value: str) -> str:
    """The row that says until when an account has proved an identifier."""
    return f"{ROOT}proved/{account}/{digest(f'{directory} {kind} {value}')}"


def proved_by(found: Authorization) -> str:
    """The row that says until when the account of an authorization has proved its identifier."""
    value = f"*.{found.identifier.value}" if found.wildcard else found.identifier.value
    return proved_row(found.account, found.directory, found.identifier.type, value)


def issued_row(serial: str) -> str:
    """The row that says for whom a certificate was issued."""
    return f"{ROOT}issued/{serial.replace(':', '-')}"


def window_row(name: str) -> str:
    """The row that counts what an account or an address makes."""
    return f"{ROOT}window/{digest(name)}"


def by_time_row(at: float, kind: str, name: str) -> str:
    """The row by which tidy finds another one when its time has come."""
    return f"{BY_TIME}{int(at):011d}/{kind}/{name}"


def digest(text: str) -> str:
    """A name for what may hold any characters."""
    return sha256(text.encode()).hex()[:32]


async def account_of(view: View, account: str) -> Account | None:
    """An account, or None."""
    return await view.read(ACCOUNTS + account, Account) if is_segment_name(account) else None


async def order_of(view: View, account: str, order: str) -> Order | None:
    """An order of the account, or None."""
    return await view.read(orders_of(account) + order, Order) if is_segment_name(order) else None


async def authorization_of(view: View, account: str, authorization: str) -> Authorization | None:
    """An authorization of the account, or None."""
    if not is_segment_name(authorization):
        return None
    return await view.read(authorizations_of(account) + authorization, Authorization)


async def window_of(view: View, name: str, now: float, length_s: float) -> Window:
    """What an account or an address has made in its current window."""
    window = await view.read(window_row(name), Window)
    if window is None or now >= window.began_at + length_s:
        return Window(began_at=now)
    return window


def keep_window(view: View, name: str, window: Window, length_s: float) -> None:
    """Store it, and when it may be forgotten."""
    view.write(window_row(name), window)
    view.write(by_time_row(window.began_at + length_s, "window", digest(name)), Mark())


async def totals_of(view: View) -> Totals:
    """What the mount has."""
    return await view.read(TOTALS, Totals) or Totals()
