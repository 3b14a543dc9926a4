"""The secrets engine `transit`: encryption as a service."""

from __future__ import annotations

from strongroom.engines.transit.paths.cmac import CmacPaths
from strongroom.engines.transit.paths.datakey import DataKeyPaths
from strongroom.engines.transit.paths.decrypt import DecryptPaths
from strongroom.engines.transit.paths.encrypt import EncryptPaths
from strongroom.engines.transit.paths.hash import HashPaths
from strongroom.engines.transit.paths.hmac import HmacPaths
from strongroom.engines.transit.paths.keys import KeysPaths
from strongroom.engines.transit.paths.random import RandomPaths
from strongroom.engines.transit.paths.rewrap import RewrapPaths
from strongroom.engines.transit.paths.sign import SignPaths
from strongroom.engines.transit.paths.verify import VerifyPaths
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import Engine


class Transit(
    KeysPaths,
    EncryptPaths,
    DecryptPaths,
    RewrapPaths,
    DataKeyPaths,
    HashPaths,
    RandomPaths,
    SignPaths,
    VerifyPaths,
    HmacPaths,
    CmacPaths,
    Engine,
):
    """Encrypts, signs and hashes for applications that keep no keys.

    Args:
        random: where keys and nonces come from.
    """

    type = "transit"
    secret_answers = frozenset({"plaintext", "random_bytes"})

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or SystemRandom()
