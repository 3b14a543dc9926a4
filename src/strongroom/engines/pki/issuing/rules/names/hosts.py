"""The common name, and alternative names that are hosts or e-mail addresses (p)."""

from __future__ import annotations

from strongroom.engines.pki.issuing.rules.context import Context
from strongroom.engines.pki.issuing.rules.names import addresses
from strongroom.engines.pki.issuing.rules.names.domains import rule_for
from strongroom.engines.pki.issuing.rules.names.forms import Parsed, parsed
from strongroom.engines.pki.issuing.rules.texts import has_control_characters
from strongroom.engines.pki.issuing.rules.verdicts import Verdict
from strongroom.engines.pki.roles.records import RoleRecord

EMAIL, HOSTNAME, DISABLED = "email", "hostname", "disabled"
CN_VALIDATIONS = (EMAIL, HOSTNAME, DISABLED)


def common_name(role: RoleRecord, context: Context, text: str) -> Verdict:
    """What the rules say of a common name as part of the subject."""
    name = parsed(text)
    told = f"common name {text} not allowed by this role"
    if has_control_characters(text):
        return Verdict(kind="common_name", name=text, refusal=f"{told}: it has a control character")
    if DISABLED in role.cn_validations:
        return Verdict(kind="common_name", name=text, rule="cn_validations (disabled)")
    kind = EMAIL if "@" in text else HOSTNAME
    if kind not in role.cn_validations:
        listed = ", ".join(role.cn_validations)
        return Verdict(
            kind="common_name", name=text, refusal=f"{told}: it is validated as {kind}; cn_validations has {listed}"
        )
    rule, why = _rule(role, context, name)
    return Verdict(kind="common_name", name=text, rule=rule, refusal=_refusal(told, why))


def joins(text: str) -> str:
    """What a common name is among alternative names: `dns`, `email`, `ip`, or nothing for another text."""
    name = parsed(text)
    if name.problem:
        return ""
    if name.ip:
        return "ip"
    return {"host": "dns", "loose": "dns", "email": "email", "text": ""}[name.form]


def is_strict(text: str) -> bool:
    """Whether a text is a host as `enforce_hostnames` wants it, or an e-mail address of one."""
    name = parsed(text)
    return not name.problem and not name.text_only and name.form != "loose"


def alternative(role: RoleRecord, context: Context, text: str, wanted: str = "") -> Verdict:
    """What the rules say of an alternative name.

    Args:
        wanted: `dns` or `email` if a certificate request says which it is; empty for whichever it looks like.
    """
    name = parsed(text)
    kind = wanted or ("email" if "@" in text else "dns")
    told = (
        f"email address {text} not allowed by this role"
        if kind == "email"
        else (f"subject alternate name {text} not allowed by this role")
    )
    why = name.problem
    if not why and (name.form == "email") != (kind == "email"):
        why = f"it is no {'e-mail address' if kind == 'email' else 'host'}"
    if not why and name.form == "text" and not name.ip:
        why = name.text_only
    if why:
        return Verdict(kind=kind, name=text, refusal=_refusal(told, why))
    rule, why = _rule(role, context, name)
    if name.ip and not why:
        kind, why = "ip", addresses.refusal(role, name.ip)
    if why:
        return Verdict(kind=kind, name=text, refusal=_refusal(told, why))
    return Verdict(kind=kind, name=text, rule=rule, written=name.ip or name.ascii)


def _rule(role: RoleRecord, context: Context, name: Parsed) -> tuple[str, str]:
    # Ranges of addresses judge an address wherever it stands.
    if name.ip and role.allowed_ip_sans_cidr:
        why = addresses.refusal(role, name.ip)
        return ("", why) if why else ("allowed_ip_sans_cidr", "")
    return rule_for(role, context, name)


def _refusal(told: str, why: str) -> str:
    # The peer answers these words alone.
    return why if why.startswith("idna: ") else f"{told}: {why}" if why else ""
