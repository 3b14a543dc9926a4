"""Keys that `encrypt` makes because they don't exist."""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.engines.transit.encryption.key_use import KeyUse
from strongroom.engines.transit.key_types import KEY_TYPES, unknown_type
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.allowed import check_type
from strongroom.engines.transit.keys.loaded import Loaded
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.lifecycle.making import make_key
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import FieldError, Random, Request, uuid4
from strongroom.sdk.coercion import to_bool

NO_KEY = "encryption key not found"
OPTION = "disable_upsert"
DEFAULT_TYPE = "aes256-gcm96"
TYPES = tuple(name for name, type_ in KEY_TYPES.items() if type_.encrypts and not type_.asymmetric)
"""The types of keys that `encrypt` makes."""


class Upsert:
    """A key that doesn't exist, and is made when the first item that can be encrypted needs it.

    So a request of which nothing can be encrypted makes none.
    """

    def __init__(self, request: Request, name: str, key: KeyRecord, random: Random) -> None:
        self._request = request
        self._name = name
        self._key = key
        self._random = random
        self._made: Loaded | None = None
        self.use = KeyUse(request.view, key, random, self._load)

    async def _load(self, _number: int) -> Loaded:
        if self._made is None:
            _, self._made = await make_key(self._request, self._name, self._key, self._random)
        return self._made

    @property
    def warnings(self) -> list[str]:
        """Tells the client that there is a new key, whose name may be a slip."""
        return [f"key {self._name} did not exist and was created"] if self._made is not None else []


def forbids_upsert(options: Mapping[str, str]) -> bool:
    """Whether the options of a mount have `disable_upsert`: who may use the mount can't turn that off.

    Raises: `InvalidRequest` for a value that says neither yes nor no.
    """
    try:
        return to_bool(options.get(OPTION, ""))
    except FieldError as error:
        raise InvalidRequest(f"the option {OPTION} is true or false") from error


async def upsert(request: Request, name: str, type_: str, *, convergent: bool, derived: bool, random: Random) -> Upsert:
    """A new key for a request to encrypt.

    Args:
        type_: the type that the client wants; empty for the usual one. derived: whether the client gives a context.

    Raises: `InvalidRequest` if the mount makes no keys so, or the type isn't for it.
    """
    config = await rows.config_of(request.view)
    if config.disable_upsert or forbids_upsert(request.mount.options):
        raise InvalidRequest(NO_KEY)
    type_ = type_ or DEFAULT_TYPE
    if type_ not in KEY_TYPES:
        raise unknown_type(type_, TYPES)
    if type_ not in TYPES:
        raise InvalidRequest(f"key type {type_} not supported for this operation; make the key with keys/{name} first")
    check_type(config, type_)
    if convergent and not derived:
        raise InvalidRequest("convergent encryption requires derivation to be enabled, so context is required")
    key = KeyRecord(
        id=request.once("key id", lambda: uuid4(random)),
        type=type_,
        created_at=request.now,
        derived=derived,
        convergent=convergent,
    )
    return Upsert(request, name, key, random)
