"""Paths of a mount that do the same (pure).

Policies grant each separately.  But the author of a rule that denies one has hardly thought of the others, so that rule
denies all.  What stands in braces is a parameter of the path or a field of the body.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PAIRS: Final = (
    ("root/generate/{exported}", "issuers/generate/root/{exported}"),
    ("intermediate/generate/{exported}", "issuers/generate/intermediate/{exported}"),
    ("root/sign-intermediate", "issuer/{issuer_ref}/sign-intermediate"),
    ("root/sign-self-issued", "issuer/{issuer_ref}/sign-self-issued"),
    ("config/ca", "issuers/import/bundle"),
    ("intermediate/set-signed", "issuers/import/cert"),
    ("root/replace", "config/issuers"),
)
"""Whoever may do the one can do the other."""
_MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "issuer/{issuer_ref}/issue/{role}": ("issue/{role}",),
    "issuer/{issuer_ref}/sign/{role}": ("sign/{role}",),
    "sign-verbatim": ("issuer/{issuer_ref}/sign-verbatim",),
    "sign-verbatim/{role}": ("sign-verbatim",),
    "issuer/{issuer_ref}/sign-verbatim": ("sign-verbatim",),
    "issuer/{issuer_ref}/sign-verbatim/{role}": (
        "sign-verbatim/{role}",
        "issuer/{issuer_ref}/sign-verbatim",
        "sign-verbatim",
    ),
    "root/rotate/{exported}": ("root/generate/{exported}", "issuers/generate/root/{exported}"),
    "intermediate/cross-sign": ("intermediate/generate/existing", "issuers/generate/intermediate/existing"),
    "certs/detailed": ("certs",),
    "roles/{name}/revoke": ("revoke",),
    "roles/{role}/est/simpleenroll": ("sign/{role}",),
    "roles/{role}/est/simplereenroll": ("sign/{role}",),
    "roles/{role}/est/serverkeygen": ("issue/{role}",),
}
"""Whoever is denied the others is denied these, but not the other way round: each says more than they do."""

SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    **{one: (other,) for one, other in _PAIRS},
    **{other: (one,) for one, other in _PAIRS},
    **_MORE,
}
