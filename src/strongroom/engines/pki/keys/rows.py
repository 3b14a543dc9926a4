"""Reading and writing the rows of keys."""

from __future__ import annotations

from strongroom.crypto.issuing import private_keys
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.engines.pki.keys.records import KeyName, KeyRecord, KeysConfig
from strongroom.engines.pki.references import DEFAULT, check_name
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View, replace

KEYS = "key/"
_NAMES = "key-name/"
_CONFIG = "config/keys"


async def config_of(view: View) -> KeysConfig:
    """The settings about all keys."""
    return await view.read(_CONFIG, KeysConfig) or KeysConfig()


def keep_config(view: View, config: KeysConfig) -> None:
    """Store the settings about all keys."""
    view.write(_CONFIG, config)


async def key_of(view: View, id_: str) -> KeyRecord | None:
    """A key by its id, or None."""
    return await view.read(KEYS + id_, KeyRecord)


async def referred(view: View, reference: str) -> KeyRecord:
    """A key by its id, its name, or `default`.  Raises `InvalidRequest` if there is none."""
    if reference == DEFAULT:
        id_ = (await config_of(view)).default
        if not id_:
            raise InvalidRequest("no default key currently configured")
    else:
        named = await view.read(_NAMES + reference, KeyName)
        id_ = named.id if named is not None else reference
    key = await key_of(view, id_)
    if key is None:
        raise InvalidRequest(f"unable to find PKI key for reference: {reference}")
    return key


async def check_free(view: View, name: str) -> None:
    """Raise `InvalidRequest` for a name that no key may get, or that one has."""
    check_name("key", name)
    if name and await view.read(_NAMES + name, KeyName) is not None:
        raise InvalidRequest("key name already in use")


async def add(view: View, key: KeyRecord) -> None:
    """Store a new key, under its name too.  The first one of a mount becomes its default."""
    view.write(KEYS + key.id, key)
    if key.name:
        view.write(_NAMES + key.name, KeyName(id=key.id))
    config = await config_of(view)
    if not config.default:
        keep_config(view, replace(config, default=key.id))


async def rename(view: View, key: KeyRecord, name: str) -> KeyRecord:
    """Give a key another name, or none.  Raises `InvalidRequest` as `check_free` does."""
    if name == key.name:
        return key
    await check_free(view, name)
    if key.name:
        view.delete(_NAMES + key.name)
    if name:
        view.write(_NAMES + name, KeyName(id=key.id))
    renamed = replace(key, name=name)
    view.write(KEYS + key.id, renamed)
    return renamed


async def remove(view: View, key: KeyRecord) -> None:
    """Delete a key."""
    view.delete(KEYS + key.id)
    if key.name:
        view.delete(_NAMES + key.name)
    config = await config_of(view)
    if config.default == key.id:
        keep_config(view, replace(config, default=""))


async def loaded(view: View, id_: str) -> PrivateKey:
    """A key that is ready for use.  It is kept until its row changes.  Raises `InvalidRequest` if there is none."""

    async def build(committed: View) -> PrivateKey | None:
        key = await key_of(committed, id_)
        return private_keys.load(key.pkcs8) if key is not None else None

    found = await view.derived(("pki-key", id_), build)
    if found is None:
        # One of this request has no committed row yet.
        key = await key_of(view, id_)
        if key is None:
            raise InvalidRequest(f"unable to find PKI key for reference: {id_}")
        return private_keys.load(key.pkcs8)
    return found
