"""The secrets engine `pki`: an authority that issues certificates."""

from __future__ import annotations

from typing import Any

from strongroom.engines.pki.acme import nonces
from strongroom.engines.pki.acme.paths.all import HEADERS, AcmePaths
from strongroom.engines.pki.est.paths.configuration import EstConfigurationPaths
from strongroom.engines.pki.est.paths.enrolment import EstPaths
from strongroom.engines.pki.issuing.leases import LeasedCertificates
from strongroom.engines.pki.monitoring import mounts, tally
from strongroom.engines.pki.ocsp.paths import OcspPaths
from strongroom.engines.pki.path_parameters import PATH_PARAMETERS
from strongroom.engines.pki.paths.cel.issuing import CelIssuingPaths
from strongroom.engines.pki.paths.cel.roles import CelRolePaths
from strongroom.engines.pki.paths.certs import CertPaths
from strongroom.engines.pki.paths.configuration import ConfigurationPaths
from strongroom.engines.pki.paths.intermediate.generated import IntermediatePaths
from strongroom.engines.pki.paths.issue import IssuePaths
from strongroom.engines.pki.paths.issuers.certificates import CaCertificatePaths
from strongroom.engines.pki.paths.issuers.imported import ImportPaths
from strongroom.engines.pki.paths.issuers.named import IssuerPaths
from strongroom.engines.pki.paths.keys.made import KeyMakingPaths
from strongroom.engines.pki.paths.keys.named import KeyPaths
from strongroom.engines.pki.paths.roles import RolePaths
from strongroom.engines.pki.paths.root.generated import RootPaths
from strongroom.engines.pki.paths.root.replaced import RootReplacingPaths
from strongroom.engines.pki.paths.root.sign_intermediate import SignIntermediatePaths
from strongroom.engines.pki.paths.root.sign_self_issued import SignSelfIssuedPaths
from strongroom.engines.pki.paths.sign import SignPaths
from strongroom.engines.pki.paths.sign_verbatim import SignVerbatimPaths
from strongroom.engines.pki.paths.tidy import TidyPaths
from strongroom.engines.pki.revocation.lists import timetable, upkeep
from strongroom.engines.pki.revocation.paths.answers import CONDITIONS
from strongroom.engines.pki.revocation.paths.crl import CrlPaths
from strongroom.engines.pki.revocation.paths.crl_config import CrlConfigPaths
from strongroom.engines.pki.revocation.paths.crl_rotation import CrlRotationPaths
from strongroom.engines.pki.revocation.paths.issuer_crl import IssuerCrlPaths
from strongroom.engines.pki.revocation.paths.issuer_revoke import IssuerRevokePaths
from strongroom.engines.pki.revocation.paths.resign_crls import ResignCrlsPaths
from strongroom.engines.pki.revocation.paths.revoke import RevokePaths
from strongroom.engines.pki.synonyms import SYNONYMS
from strongroom.engines.pki.tidy import running
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import Engine, Internal, Number, Request, View


class Pki(
    CaCertificatePaths,
    ConfigurationPaths,
    ImportPaths,
    IntermediatePaths,
    IssuePaths,
    IssuerPaths,
    KeyMakingPaths,
    KeyPaths,
    RolePaths,
    RootPaths,
    RootReplacingPaths,
    SignIntermediatePaths,
    SignSelfIssuedPaths,
    AcmePaths,
    RevokePaths,
    CrlPaths,
    CrlConfigPaths,
    CrlRotationPaths,
    IssuerCrlPaths,
    IssuerRevokePaths,
    ResignCrlsPaths,
    OcspPaths,
    CelIssuingPaths,
    CelRolePaths,
    CertPaths,
    SignPaths,
    SignVerbatimPaths,
    TidyPaths,
    EstPaths,
    EstConfigurationPaths,
    LeasedCertificates,
    Engine,
):
    """Issues certificates, and says which ones don't count any more.

    Args:
        random: where serial numbers and ids come from.
    """

    type = "pki"
    changes_others = False
    path_parameters = PATH_PARAMETERS
    synonyms = SYNONYMS
    request_headers = HEADERS | CONDITIONS
    secret_answers = frozenset({"private_key", "pkcs12_bundle"})

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or SystemRandom()

    def counted(self) -> tuple[Number, ...]:
        """What this process has issued, revoked, answered and listed."""
        return tally.numbers()

    async def numbers(self, view: View) -> tuple[Number, ...]:
        """How a mount's lists are, and how many certificates it has."""
        return await mounts.numbers(view)

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Make the lists of a stream, forget nonces of ACME that have expired, or tidy."""
        kind, slash, rest = name.partition("/")
        match kind + slash:
            case timetable.WORK:
                await upkeep.do_what_is_due(request, rest, self.random)
            case nonces.SWEEP:
                await nonces.sweep(request, rest)
            case running.PREFIX:
                await running.do_what_is_due(request, rest)
            case _:
                raise Internal(detail=f"no work of a pki mount is called {name!r}")
