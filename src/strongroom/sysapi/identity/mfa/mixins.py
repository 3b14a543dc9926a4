"""All paths of `identity/mfa/`."""

from __future__ import annotations

from strongroom.sysapi.identity.mfa.duo import DuoPaths
from strongroom.sysapi.identity.mfa.enforcements import EnforcementPaths
from strongroom.sysapi.identity.mfa.methods import MethodPaths
from strongroom.sysapi.identity.mfa.okta import OktaPaths
from strongroom.sysapi.identity.mfa.pingid import PingIdPaths
from strongroom.sysapi.identity.mfa.secrets import SecretPaths
from strongroom.sysapi.identity.mfa.totp import TotpPaths


# The patterns of the later ones cover the paths of the earlier ones.
class MfaMethodPaths(SecretPaths, TotpPaths, DuoPaths, OktaPaths, PingIdPaths, EnforcementPaths, MethodPaths):
    """MFA methods, secrets and login enforcements."""

    secret_answers = frozenset({"barcode", "url"})
