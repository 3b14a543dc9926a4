"""Gives accounts of libraries new passwords: when they come, and when they come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from strongroom.engines.ldap import asking
from strongroom.engines.ldap.asking import NoSuchAccount
from strongroom.engines.ldap.names import account_key
from strongroom.engines.ldap.passwords import plain_password
from strongroom.engines.ldap.paths_library import SERVICE, service_account
from strongroom.engines.ldap.reaching import Reached
from strongroom.engines.ldap.records import SERVICES, ServiceAccount
from strongroom.lib.errors import StrongroomError
from strongroom.sdk import Request
from strongroom.sdk.rotation import Account, Kept, Place, RotationSettings, Row, rotate


def row_of(reached: Reached, username: str) -> Row[ServiceAccount]:
    """Keeps the passwords of an account."""
    return Row(
        request=reached.request,
        places=(Place(SERVICES + account_key(username), SERVICE + account_key(username)),),
        type=ServiceAccount,
        read=lambda row: Kept(row.account, RotationSettings()),
        write=lambda row, account: replace(row, account=account),
    )


class Fresh(msgspec.Struct, frozen=True):
    """What an account of a library gets."""

    password: str
    between: str
    """A password that it has for a moment, and that nobody is told."""

    def __repr__(self) -> str:
        return "Fresh()"


async def fresh_for(request: Request, policy: str, name: str = "") -> Fresh:
    """New passwords.

    Args:
        name: tells several of one request apart.
    """
    password = await plain_password(request, policy, f"password {name}")
    return Fresh(password, await plain_password(request, policy, f"between {name}"))


async def rotate_service(reached: Reached, row: ServiceAccount, version: int, fresh: Fresh) -> Account | None:
    """Change the password of an account, as `rotate` does.  Who knew the one before is cut off."""
    system = reached.system(row.username, "", fresh.between)
    return await rotate(
        row_of(reached, row.username), system, version, {"password": fresh.password}, reached.request.now
    )


async def take_back(reached: Reached, rows: Sequence[ServiceAccount]) -> list[str]:
    """Change the passwords of accounts that are lent, then make them free.

    Returns: warnings.

    Raises: `StrongroomError` if a password can't be changed; all of them stay lent then.
    """
    request, made, versions = reached.request, dict[str, Fresh](), dict[str, int]()
    for row in rows:
        made[row.check_out] = await fresh_for(request, reached.config.password_policy, row.check_out)
        versions[row.check_out] = request.once(f"version {row.check_out}", lambda: row.account.version)  # noqa: B023
    gone = request.once.outside(f"return {sorted(made)}", lambda: _changed(reached, rows, versions, made))
    for row in rows:
        fresh = await service_account(request.view, row.username)
        account = Account() if row.username in gone else fresh.account
        free = replace(fresh, account=account, check_out="", entity="", token="")
        request.view.write(SERVICES + account_key(row.username), free)
    return [f'the directory has no account "{username}" any more' for username in gone]


async def _changed(
    reached: Reached, rows: Sequence[ServiceAccount], versions: Mapping[str, int], made: Mapping[str, Fresh]
) -> list[str]:
    """Change passwords.  Returns the names of accounts that are gone.  Raises the first error when all were tried."""
    gone: list[str] = []
    failed: StrongroomError | None = None
    for row in rows:
        try:
            await rotate_service(reached, row, versions[row.check_out], made[row.check_out])
        except NoSuchAccount as error:
            if await _is_gone(reached, row):
                gone.append(row.username)
            else:
                failed = failed or error
        except StrongroomError as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return gone


async def _is_gone(reached: Reached, row: ServiceAccount) -> bool:
    return await reached.use(lambda s: asking.is_gone(s, reached.config, row.username, row.dn), repeats=True)
