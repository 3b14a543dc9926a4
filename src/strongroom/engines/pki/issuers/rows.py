"""Reading and writing the rows of issuers."""

from __future__ import annotations

from strongroom.engines.pki.issuers.records import IssuerName, IssuerRecord, IssuersConfig
from strongroom.engines.pki.references import DEFAULT, check_name
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View, replace

ISSUERS = "issuer/"
_NAMES = "issuer-name/"
_CONFIG = "config/issuers"
NO_DEFAULT = "no default issuer currently configured"


async def config_of(view: View) -> IssuersConfig:
    """The settings about all issuers."""
    return await view.read(_CONFIG, IssuersConfig) or IssuersConfig()


def keep_config(view: View, config: IssuersConfig) -> None:
    """Store the settings about all issuers."""
    view.write(_CONFIG, config)


async def issuer_of(view: View, id_: str) -> IssuerRecord | None:
    """An issuer by its id, or None."""
    return await view.read(ISSUERS + id_, IssuerRecord)


async def all_of(view: View) -> list[IssuerRecord]:
    """All issuers, in the order of their ids."""
    found = [await issuer_of(view, id_) for id_ in await view.list(ISSUERS)]
    return [issuer for issuer in found if issuer is not None]


async def referred(view: View, reference: str) -> IssuerRecord:
    """An issuer by its id, its name, or `default`.  Raises `InvalidRequest` if there is none."""
    if reference == DEFAULT:
        id_ = (await config_of(view)).default
        if not id_:
            raise InvalidRequest(NO_DEFAULT)
    else:
        named = await view.read(_NAMES + reference, IssuerName)
        id_ = named.id if named is not None else reference
    issuer = await issuer_of(view, id_)
    if issuer is None:
        raise InvalidRequest(f"unable to find PKI issuer for reference: {reference}")
    return issuer


async def check_free(view: View, name: str) -> None:
    """Raise `InvalidRequest` for a name that no issuer may get, or that one has."""
    check_name("issuer", name)
    if name and await view.read(_NAMES + name, IssuerName) is not None:
        raise InvalidRequest("issuer name already in use")


async def add(view: View, issuer: IssuerRecord) -> None:
    """Store a new issuer, under its name too.

    The first one of a mount becomes its default, and each later one if the mount's default follows the latest.
    """
    keep(view, issuer)
    if issuer.name:
        view.write(_NAMES + issuer.name, IssuerName(id=issuer.id))
    config = await config_of(view)
    if not config.default or (config.default_follows_latest_issuer and issuer.key_id):
        keep_config(view, replace(config, default=issuer.id))


def keep(view: View, issuer: IssuerRecord) -> None:
    """Store an issuer whose name hasn't changed."""
    view.write(ISSUERS + issuer.id, issuer)


async def rename(view: View, issuer: IssuerRecord, name: str) -> IssuerRecord:
    """Give an issuer another name, or none.  Raises `InvalidRequest` as `check_free` does."""
    if name == issuer.name:
        return issuer
    await check_free(view, name)
    if issuer.name:
        view.delete(_NAMES + issuer.name)
    if name:
        view.write(_NAMES + name, IssuerName(id=issuer.id))
    renamed = replace(issuer, name=name)
    keep(view, renamed)
    return renamed


async def remove(view: View, issuer: IssuerRecord) -> None:
    """Delete an issuer."""
    view.delete(ISSUERS + issuer.id)
    if issuer.name:
        view.delete(_NAMES + issuer.name)
    config = await config_of(view)
    if config.default == issuer.id:
        keep_config(view, replace(config, default=""))
