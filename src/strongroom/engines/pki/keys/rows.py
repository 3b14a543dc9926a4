"""Reading and writing the rows of keys."""

from __future__ import annotations

from strongroom.crypto.issuing import private_keys
from strongroom.crypto.issuing.ca_certificates import digest
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.engines.pki.keys.records import KeyByPublic, KeyName, KeyRecord, KeysConfig
from strongroom.engines.pki.references import DEFAULT, check_name
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View, replace

KEYS = "key/"
_NAMES = "key-name/"
_PUBLIC = "key-public/"
_CONFIG = "config/keys"
_NO_DEFAULT = "no default key currently configured: make one by keys/generate, import one, or choose one at config/keys"


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
    key = await found(view, reference)
    if key is None:
        if reference == DEFAULT and not (await config_of(view)).default:
            raise InvalidRequest(_NO_DEFAULT)
        raise InvalidRequest(f"unable to find PKI key for reference: {reference}")
    return key


async def found(view: View, reference: str) -> KeyRecord | None:
    """A key by its id, its name, or `default`; None if there is none."""
    if reference == DEFAULT:
        return await key_of(view, (await config_of(view)).default)
    named = await view.read(_NAMES + reference, KeyName)
    return await key_of(view, named.id if named is not None else reference)


async def check_free(view: View, name: str) -> None:
    """Raise `InvalidRequest` for a name that no key may get, or that one has."""
    check_name("key", name)
    if name and await view.read(_NAMES + name, KeyName) is not None:
        raise InvalidRequest("key name already in use")


def record_of(id_: str, key: PrivateKey, name: str = "") -> KeyRecord:
    """What is stored of a key pair."""
    return KeyRecord(id=id_, type=key.type, bits=key.bits, pkcs8=key.pkcs8, public=key.public, name=name)


async def with_public(view: View, public: bytes) -> KeyRecord | None:
    """The key pair that a public key belongs to, or None.

    Args:
        public: SubjectPublicKeyInfo in DER.
    """
    found = await view.read(_PUBLIC + digest(public), KeyByPublic)
    return await key_of(view, found.id) if found is not None else None


async def add(view: View, key: KeyRecord) -> None:
    """Store a new key, under its name too.  The first one of a mount becomes its default."""
    view.write(KEYS + key.id, key)
    view.write(_PUBLIC + digest(key.public), KeyByPublic(id=key.id))
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
    view.delete(_PUBLIC + digest(key.public))
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

    kept = await view.derived(("pki-key", id_), build)
    if kept is None:
        # One of this request has no committed row yet.
        key = await key_of(view, id_)
        if key is None:
            raise InvalidRequest(f"unable to find PKI key for reference: {id_}")
        return private_keys.load(key.pkcs8)
    return kept
