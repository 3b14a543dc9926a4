"""What a role would say of a request, without a certificate (p)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from strongroom.engines.pki.constraints.verdicts import KINDS, Bounds, check, refusal
from strongroom.engines.pki.issuing.rules.asked import Asked
from strongroom.engines.pki.issuing.rules.context import Context
from strongroom.engines.pki.issuing.rules.judging import judged
from strongroom.engines.pki.issuing.rules.moments import shown
from strongroom.engines.pki.issuing.rules.names.gathered import verdicts
from strongroom.engines.pki.issuing.rules.subjects import subject_of
from strongroom.engines.pki.issuing.rules.validity import validity_of
from strongroom.engines.pki.issuing.rules.verdicts import Verdict
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import replace

T = TypeVar("T")


def trial(role: RoleRecord, asked: Asked, context: Context, bounds: tuple[Bounds, ...] = ()) -> dict[str, Any]:
    """The answer of a dry run: each name with the rule that allows or refuses it, the times, and all errors.

    Args:
        bounds: the name constraints of who signs.
    """
    errors: list[str] = []
    found = _tried(lambda: verdicts(role, asked, context), errors) or []
    names = [_shown(_bounded(each, bounds)) for each in found]
    subject = _tried(lambda: subject_of(role, asked), errors)
    validity = _tried(lambda: validity_of(role, asked, context), errors)
    refused = [each["refused_because"] for each in names if not each["allowed"]]
    warnings: tuple[str, ...] = ()
    if not errors and not refused:
        whole = _tried(lambda: judged(role, asked, context), errors)
        if whole is not None:
            warnings = whole.warnings
            # The common name is looked at where no alternative name is a host.
            _tried(lambda: check(bounds, whole.names, whole.subject), errors)
    return {
        "allowed": not errors and not refused,
        "common_name": subject[0].common_name if subject is not None else asked.common_name,
        "errors": [*refused, *errors],
        "names": names,
        "not_after": shown(validity.not_after) if validity is not None else "",
        "not_before": shown(validity.not_before) if validity is not None else "",
        "warnings": list(warnings),
    }


def _bounded(verdict: Verdict, bounds: tuple[Bounds, ...]) -> Verdict:
    """What the constraints of the issuer say of a name that the role allows, and that will be written."""
    if not bounds or not verdict.allowed or verdict.kind not in KINDS:
        return verdict
    why = refusal(bounds, verdict.kind, verdict.written)
    return replace(verdict, refusal=why, rule="") if why else verdict


def _tried(step: Callable[[], T], errors: list[str]) -> T | None:
    try:
        return step()
    except InvalidRequest as error:
        errors.append(error.text)
        return None


def _shown(verdict: Verdict) -> dict[str, Any]:
    return {
        "allowed": verdict.allowed,
        "allowed_by": verdict.rule,
        "name": verdict.name,
        "refused_because": verdict.refusal,
        "type": verdict.kind,
        "written_as": verdict.written,
    }
