"""Reading and writing the rows of issuers."""

from __future__ import annotations

import re
from typing import Final

from strongroom.crypto.ssh import signing
from strongroom.crypto.ssh.signing import Authority
from strongroom.engines.ssh.issuers.records import IssuerName, IssuerRecord, IssuersConfig
from strongroom.lib.errors import Internal, InvalidRequest
from strongroom.sdk import View, replace

DEFAULT: Final = "default"
"""The name that refers to what the mount has configured."""
NO_DEFAULT: Final = (
    "no default issuer currently configured: make or import one at config/ca, or choose one at config/issuers"
)
_CONFIG = "config/issuers"
_NAME = re.compile(r"[\w.-]{1,512}", re.ASCII)


async def config_of(view: View) -> IssuersConfig:
    """The settings about all issuers."""
    return await view.read(_CONFIG, IssuersConfig) or IssuersConfig()


def keep_config(view: View, config: IssuersConfig) -> None:
    """Store the settings about all issuers."""
    view.write(_CONFIG, config)


def folder(era: int) -> str:
    """Where the issuers of an era are, below the mount."""
    return f"issuer/{era:010d}/"


def names_folder(era: int) -> str:
    """Where their names are, below the mount."""
    return f"issuer-name/{era:010d}/"


async def issuer_of(view: View, config: IssuersConfig, id_: str) -> IssuerRecord | None:
    """An issuer by its id, or None."""
    return await view.read(folder(config.era) + id_, IssuerRecord)


async def page_of(view: View, after: str = "", most: int | None = None) -> list[IssuerRecord]:
    """The issuers in the order of their ids, from the one after `after` on."""
    config = await config_of(view)
    ids = await view.list(folder(config.era), after=after, limit=most)
    found = [await issuer_of(view, config, id_) for id_ in ids]
    return [issuer for issuer in found if issuer is not None]


async def referred(view: View, reference: str) -> IssuerRecord:
    """An issuer by its id, its name, or `default`.  Raises `InvalidRequest` if there is none."""
    config = await config_of(view)
    if reference == DEFAULT:
        id_ = config.default
        if not id_:
            raise InvalidRequest(NO_DEFAULT)
    else:
        named = (
            await view.read(names_folder(config.era) + reference, IssuerName) if _NAME.fullmatch(reference) else None
        )
        id_ = named.id if named is not None else reference
    issuer = await issuer_of(view, config, id_) if _NAME.fullmatch(id_) else None
    if issuer is None:
        raise InvalidRequest(f"unable to find issuer for reference: {reference}")
    return issuer


async def check_name(view: View, name: str) -> None:
    """Raise `InvalidRequest` for a name that no issuer may get, or that one has.  An empty one is no name."""
    if name == DEFAULT:
        raise InvalidRequest("reserved keyword 'default' can not be used as issuer name")
    if name and _NAME.fullmatch(name) is None:
        raise InvalidRequest("issuer name contained invalid characters")
    if name and await view.read(names_folder((await config_of(view)).era) + name, IssuerName) is not None:
        raise InvalidRequest("issuer name already in use")


async def add(view: View, issuer: IssuerRecord, *, default: bool) -> None:
    """Store a new issuer, under its name too.

    Args:
        default: whether it becomes the mount's default.
    """
    config = await config_of(view)
    view.write(folder(config.era) + issuer.id, issuer)
    if issuer.name:
        view.write(names_folder(config.era) + issuer.name, IssuerName(id=issuer.id))
    if default:
        keep_config(view, replace(config, default=issuer.id))


async def rename(view: View, issuer: IssuerRecord, name: str) -> IssuerRecord:
    """Give an issuer another name.  Raises `InvalidRequest` as `check_name` does."""
    if name == issuer.name:
        return issuer
    await check_name(view, name)
    era = (await config_of(view)).era
    if issuer.name:
        view.delete(names_folder(era) + issuer.name)
    view.write(names_folder(era) + name, IssuerName(id=issuer.id))
    renamed = replace(issuer, name=name)
    view.write(folder(era) + issuer.id, renamed)
    return renamed


async def remove(view: View, issuer: IssuerRecord) -> bool:
    """Delete an issuer.  Returns whether it was the default."""
    config = await config_of(view)
    view.delete(folder(config.era) + issuer.id)
    if issuer.name:
        view.delete(names_folder(config.era) + issuer.name)
    if config.default != issuer.id:
        return False
    keep_config(view, replace(config, default=""))
    return True


async def authority_of(view: View, issuer: IssuerRecord) -> Authority:
    """The key of an issuer, ready to sign.  It stays in memory until the issuer's row changes."""

    async def build(committed: View) -> Authority:
        stored = await issuer_of(committed, await config_of(committed), issuer.id)
        if stored is None:
            raise Internal(detail="an issuer of SSH certificates has no row")
        return signing.of_stored(stored.pkcs8)

    return await view.derived(("authority", issuer.id), build)
