"""The secrets engine `transit`: encryption as a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from strongroom.engines.transit.encryption.upserts import forbids_upsert
from strongroom.engines.transit.lifecycle import clearing, rotation, timetable
from strongroom.engines.transit.paths.backups import BackupPaths
from strongroom.engines.transit.paths.certificates import CertificatePaths
from strongroom.engines.transit.paths.cmac import CmacPaths
from strongroom.engines.transit.paths.datakey import DataKeyPaths
from strongroom.engines.transit.paths.decrypt import DecryptPaths
from strongroom.engines.transit.paths.derive_key import DeriveKeyPaths
from strongroom.engines.transit.paths.encapsulate import EncapsulatePaths
from strongroom.engines.transit.paths.encrypt import EncryptPaths
from strongroom.engines.transit.paths.exports import ExportPaths
from strongroom.engines.transit.paths.hash import HashPaths
from strongroom.engines.transit.paths.hmac import HmacPaths
from strongroom.engines.transit.paths.imports import ImportPaths
from strongroom.engines.transit.paths.key_settings import KeySettingsPaths
from strongroom.engines.transit.paths.keys import KeysPaths
from strongroom.engines.transit.paths.mount_settings import MountSettingsPaths
from strongroom.engines.transit.paths.random import RandomPaths
from strongroom.engines.transit.paths.rewrap import RewrapPaths
from strongroom.engines.transit.paths.sign import SignPaths
from strongroom.engines.transit.paths.soft_delete import SoftDeletePaths
from strongroom.engines.transit.paths.verify import VerifyPaths
from strongroom.engines.transit.paths.wrapped_exports import WrappedExportPaths
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import Engine, Internal, Request


class Transit(
    KeysPaths,
    EncryptPaths,
    DecryptPaths,
    RewrapPaths,
    DataKeyPaths,
    EncapsulatePaths,
    HashPaths,
    RandomPaths,
    SignPaths,
    VerifyPaths,
    HmacPaths,
    CmacPaths,
    DeriveKeyPaths,
    KeySettingsPaths,
    SoftDeletePaths,
    MountSettingsPaths,
    ExportPaths,
    WrappedExportPaths,
    BackupPaths,
    ImportPaths,
    CertificatePaths,
    Engine,
):
    """Encrypts, signs and hashes for applications that keep no keys.

    Args:
        random: where keys and nonces come from.
    """

    type = "transit"
    changes_others = False
    # Plaintexts of batches and data keys stand deeper, and the audit log compares names of the first level.
    secret_answers = frozenset(
        {"plaintext", "random_bytes", "backup", "keys", "batch_results", "key_pairs", "shared_secret"}
    )

    # Who denies one of these has hardly thought of the other, which does no less to the key.
    synonyms: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "sign/{name}/{urlalgorithm*}": ("sign/{name}",),
        "verify/{name}/{urlalgorithm*}": ("verify/{name}",),
        "hmac/{name}/{urlalgorithm*}": ("hmac/{name}",),
        "cmac/{name}/{url_mac_length}": ("cmac/{name}",),
        "datakeys/{form}/{name}": ("datakey/{form}/{name}",),
        "export/{type}/{name}/{version}": ("export/{type}/{name}",),
        "byok-export/{destination}/{source}/{version}": ("byok-export/{destination}/{source}",),
    }

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or SystemRandom()

    def check_options(self, options: dict[str, str]) -> dict[str, str]:
        """Raises `InvalidRequest` for a value of `disable_upsert` that says neither yes nor no."""
        forbids_upsert(options)
        return options

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Rotate a key, or remove versions that nothing reaches any more."""
        kind, slash, key_id = name.partition("/")
        match kind + slash:
            case timetable.ROTATE:
                await rotation.rotate_due(request, key_id, str(data["name"]), self.random)
            case clearing.CLEAR:
                await clearing.clear(request, key_id, int(data["below"]))
            case _:
                raise Internal(detail=f"no work of a transit mount is called {name!r}")
