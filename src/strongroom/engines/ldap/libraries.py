"""Libraries: what requests change of them, who may check in, and for how long accounts are lent (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#library-set-management
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec.structs import replace

from strongroom.engines.ldap.records import Library, ServiceAccount
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Client, CommaList, Doc, Duration

MOST_ACCOUNTS = 500
_MOST_NAME_BYTES = 512


class LibraryFields(Body, frozen=True):
    """What a library has; what isn't given stays."""

    service_account_names: Annotated[
        CommaList | None, Doc(description="The accounts' names, by which they are searched for below `userdn`.")
    ] = None
    ttl: Annotated[Duration | None, Doc(description="How long an account is lent. Default: 24 hours.")] = None
    max_ttl: Annotated[
        Duration | None, Doc(description="How long renewals may keep it. Default: 24 hours. 0 for the mount's time.")
    ] = None
    disable_check_in_enforcement: Annotated[
        bool | None, Doc(description="Let others than the borrower check an account in.")
    ] = None


def merged(library: Library | None, body: LibraryFields) -> Library:
    """A library after a request's changes.

    Args:
        library: None for a new one.

    Raises: `InvalidRequest`.
    """
    given: dict[str, Any] = {
        name: value
        for name in ("ttl", "max_ttl", "disable_check_in_enforcement")
        if (value := getattr(body, name)) is not None
    }
    if body.service_account_names is not None:
        given["service_account_names"] = tuple(dict.fromkeys(body.service_account_names))
    elif library is None:
        raise InvalidRequest('"service_account_names" must be provided')
    changed = replace(library or Library(), **given)
    _check(changed)
    return changed


def _check(library: Library) -> None:
    names = library.service_account_names
    if not names:
        raise InvalidRequest('"service_account_names" must be provided')
    if len(names) > MOST_ACCOUNTS:
        raise InvalidRequest(f"service_account_names has more than {MOST_ACCOUNTS} names")
    for name in names:
        if not name:
            raise InvalidRequest("service account name must not be empty")
        if not name.isprintable() or len(name.encode()) > _MOST_NAME_BYTES:
            raise InvalidRequest(f"a service account name has at most {_MOST_NAME_BYTES} bytes, all of them visible")
    if 0 < library.max_ttl < library.ttl:
        raise InvalidRequest(f"max_ttl ({library.max_ttl} seconds) may not be less than ttl ({library.ttl} seconds)")


def lent_s(library: Library, wanted_s: int | None) -> int:
    """For how long an account is lent: no longer than the library says.  0 for the mount's time.

    Args:
        wanted_s: of the request; None if it says nothing.
    """
    if wanted_s is None or (library.ttl and wanted_s > library.ttl):
        return library.ttl
    return wanted_s or library.ttl


def is_borrower(account: ServiceAccount, client: Client | None) -> bool:
    """Whether a client is who has an account: by its entity or by its token."""
    if client is None:
        return False
    by_entity = bool(account.entity) and account.entity == client.entity_id
    return by_entity or (bool(account.token) and account.token == client.token_key)


def status(account: ServiceAccount) -> dict[str, Any]:
    """How an account is, as a response's data."""
    if account.check_out:
        shown: dict[str, Any] = {"available": False}
        if account.token:
            shown["borrower_client_token"] = account.token
        if account.entity:
            shown["borrower_entity_id"] = account.entity
    else:
        shown = {"available": True}
    if account.account.attempts:
        shown["last_error"] = account.account.last_error
    return shown
