"""The key of a new authority: a new one, or one that the mount has."""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.engines.pki.issuers.fields import EXISTING, EXPORTED, INTERNAL, KMS, IntermediateFields, RootFields
from strongroom.engines.pki.keys import rows
from strongroom.engines.pki.keys.making import new_key
from strongroom.engines.pki.keys.records import KeyRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.sdk import Request, uuid4

NO_HARDWARE = "keys in other hardware aren't used by this server: generate or import one"
KeyChoice = RootFields | IntermediateFields
FORMATS = ("pem", "der", "pem_bundle")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A key, and its record."""

    key: PrivateKey
    record: KeyRecord
    exported: bool
    """Whether the answer shows it."""

    def shown(self, body: KeyChoice) -> dict[str, str]:
        """What an answer shows of the private key: nothing, unless it is exported."""
        if not self.exported:
            return {}
        encoding = "der" if body.format == "der" else "pem"
        return {
            "private_key": self.key.written(encoding, body.private_key_format),
            "private_key_type": self.key.type,
        }

    def before(self, body: KeyChoice) -> str:
        """What stands before a certificate or a request in PEM: the key, if it is exported and wanted there."""
        return self.key.written("pem", "") + "\n" if self.exported and body.format == "pem_bundle" else ""


async def chosen_key(request: Request, exported: str, body: KeyChoice, random: Random) -> Chosen:
    """The key for a certificate or a certificate request.  A new one is stored.

    Args:
        exported: as in the path.

    Raises: `InvalidRequest` for a choice that there isn't; `RateLimited` if too many keys are being made.
    """
    if exported not in {INTERNAL, EXPORTED, EXISTING, KMS}:
        raise InvalidRequest('the "exported" path parameter must be "internal", "existing", "exported" or "kms"')
    if exported == KMS or body.external_key_ref:
        raise InvalidRequest(NO_HARDWARE)
    check_format(body.format)
    if exported == EXISTING:
        return await _existing(request, body)
    if body.key_name == "":
        raise InvalidRequest("expected non-empty key name")
    await rows.check_free(request.view, body.key_name or "")
    key = new_key(request, "rsa" if body.key_type is None else body.key_type, body.key_bits or 0)
    id_ = request.once("key id", lambda: uuid4(random))
    record = rows.record_of(id_, key, body.key_name or "")
    await rows.add(request.view, record)
    return Chosen(key, record, exported == EXPORTED)


async def _existing(request: Request, body: KeyChoice) -> Chosen:
    if body.key_type is not None or body.key_bits is not None:
        raise InvalidRequest(
            "invalid parameter for the kms/existing path parameter, key_type nor key_bits arguments can be set in this "
            "mode"
        )
    try:
        record = await rows.referred(request.view, body.key_ref)
    except InvalidRequest as error:
        raise InvalidRequest(f"failed to lookup public key from existing key: {error.text}") from error
    return Chosen(await rows.loaded(request.view, record.id), record, exported=False)


def check_format(format_: str) -> None:
    """Raise `InvalidRequest` for a `format` that there isn't."""
    if format_ not in FORMATS:
        raise InvalidRequest('the "format" path parameter must be "pem", "der", or "pem_bundle"')
