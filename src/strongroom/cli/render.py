"""A server's answer in the format that was asked for: table, JSON or YAML, or one field of it.  (p)"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.cli import PROGRAM, text, yaml
from strongroom.client import values
from strongroom.client.durations import short_text

FORMATS = ("table", "json", "yaml", "yml", "pretty", "raw")
_ENVELOPE = ("request_id", "lease_id", "data", "auth", "wrap_info", "warnings")
_HEAD = ("request_id", "lease_id", "lease_duration", "renewable")
_HEAD_EMPTY = ("", "", 0, False)
_AUTH = (
    "client_token",
    "accessor",
    "policies",
    "token_policies",
    "identity_policies",
    "metadata",
    "orphan",
    "entity_id",
    "lease_duration",
    "renewable",
    "mfa_requirement",
)
_AUTH_EMPTY = {"orphan": False, "entity_id": "", "lease_duration": 0, "renewable": False, "accessor": ""}
_WRAP = ("token", "accessor", "ttl", "creation_time", "creation_path", "wrapped_accessor")


class SecretAnswer:
    """An answer in the API's envelope; one without becomes the envelope's data.

    Args:
        document: the decoded answer; None for an empty one.
    """

    def __init__(self, document: dict[str, Any] | None) -> None:
        whole = document or {}
        if whole and not any(name in whole for name in _ENVELOPE):
            whole = {"data": whole}
        self.head: dict[str, Any] = {
            name: whole.get(name, empty) for name, empty in zip(_HEAD, _HEAD_EMPTY, strict=True)
        }
        self.data: dict[str, Any] | None = whole.get("data")
        self.auth: dict[str, Any] | None = whole.get("auth")
        self.wrap: dict[str, Any] | None = whole.get("wrap_info")
        self.warnings: list[str] = whole.get("warnings") or []

    @property
    def only_warns(self) -> bool:
        """Whether the server had nothing to say but its warnings, where it mostly answers without a word."""
        return bool(self.warnings) and self.data is None and self.auth is None and self.wrap is None

    def document(self) -> dict[str, Any]:
        """The envelope as it is printed: its own fields in their order, everything below sorted."""
        document = {**self.head, "data": _sorted(self.data), "warnings": self.warnings or None}
        if self.auth is not None:
            auth = self.auth
            document["auth"] = {name: _sorted(auth.get(name, _AUTH_EMPTY.get(name))) for name in _AUTH}
        if self.wrap is not None:
            wrap = self.wrap
            document["wrap_info"] = {name: wrap.get(name, "") for name in _WRAP}
        return document

    def auth_fields(self) -> dict[str, Any]:
        """What the answer to a login or a token's creation calls its fields at the command line."""
        auth = self.auth or {}
        if wanted := auth.get("mfa_requirement"):
            return _requirement_fields(wanted)
        fields: dict[str, Any] = {
            "token": auth.get("client_token"),
            "token_accessor": auth.get("accessor"),
            "token_duration": auth.get("lease_duration", 0),
            "token_renewable": auth.get("renewable", False),
            "token_policies": auth.get("token_policies") or [],
            "identity_policies": auth.get("identity_policies") or [],
            "policies": auth.get("policies") or [],
        }
        for name, value in sorted((auth.get("metadata") or {}).items()):
            fields[f"token_meta_{name}"] = value
        return fields

    def wrap_fields(self) -> dict[str, Any]:
        """What a wrapped answer calls its fields at the command line."""
        wrap = self.wrap or {}
        fields = {
            "wrapping_token": wrap.get("token"),
            "wrapping_accessor": wrap.get("accessor"),
            "wrapping_token_ttl": wrap.get("ttl"),
            "wrapping_token_creation_time": wrap.get("creation_time"),
            "wrapping_token_creation_path": wrap.get("creation_path"),
        }
        if wrap.get("wrapped_accessor"):
            fields["wrapped_accessor"] = wrap["wrapped_accessor"]
        return fields

    def field(self, name: str) -> Any:
        """One field by the name the tables give it.  Raises `KeyError`."""
        head = {
            "lease_id": self.head["lease_id"],
            "lease_duration": self.head["lease_duration"],
            "lease_renewable": self.head["renewable"],
            "refresh_interval": self.head["lease_duration"],
            "data": self.data,
        }
        for fields in (
            self.auth_fields() if self.auth is not None else {},
            self.wrap_fields() if self.wrap is not None else {},
            self.data or {},
            head,
        ):
            if fields.get(name) is not None:
                return fields[name]
        raise KeyError(name)


def _requirement_fields(wanted: dict[str, Any]) -> dict[str, Any]:
    """What a login still has to prove, by the names of the tables."""
    fields = {"mfa_request_id": wanted.get("mfa_request_id")}
    for name, constraint in sorted((wanted.get("mfa_constraints") or {}).items()):
        for method in constraint.get("any") or ():
            prefix = f"mfa_constraint_{name}_{method.get('type')}"
            fields[f"{prefix}_id"] = method.get("id")
            fields[f"{prefix}_uses_passcode"] = method.get("uses_passcode", False)
            fields[f"{prefix}_name"] = method.get("name", "")
            if method.get("self_enrollment_enabled"):
                fields[f"{prefix}_self_enrollment_enabled"] = True
    return fields


def _sorted(value: Any) -> Any:
    match value:
        case dict():
            return {name: _sorted(value[name]) for name in sorted(value)}
        case list():
            return [_sorted(item) for item in value]
        case _:
            return value


def document(value: Any, form: str, *, sort: bool = False) -> str:
    """A value as JSON or YAML, without a newline at its end."""
    if form in {"yaml", "yml"}:
        return yaml.dump(value).removesuffix("\n")
    return values.encode(value, "  ", sort=sort)


def _wrap_rows(fields: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    for name, value in fields.items():
        shown = text.go_value(value)
        if name == "wrapping_token_ttl":
            shown = short_text(int(value))
        elif name == "wrapping_token_creation_time":
            shown = shown.replace("T", " ").removesuffix("Z") + " +0000 UTC"
        rows.append((name if name == "wrapped_accessor:" else f"{name}:", shown))
    return rows


def _auth_rows(fields: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    for name, value in fields.items():
        match name:
            case "token_duration":
                shown = short_text(int(value)) if int(value) else "∞"
            case "token_policies" | "identity_policies" | "policies":
                shown = text.quoted_list(value)
            case _:
                shown = text.go_value(value) if value is not None else ""
        rows.append((name, shown))
    return rows


LOST = (
    "Note: the answer is a wrapping token, because the request waits for the approval of others. Ask again without "
    "-field, and keep the wrapping token."
)


def waiting(wrap: Mapping[str, Any]) -> str:
    """What to do about a request that waits for others' approval."""
    return (
        "Note: the request waits for the approval of others. Send them the accessor; they approve with\n\n"
        f"  {PROGRAM} write sys/control-group/authorize accessor={wrap.get('accessor', '')}\n\n"
        f'Afterwards, "{PROGRAM} unwrap" with the wrapping token executes it.'
    )


def rows(secret: SecretAnswer) -> list[tuple[str, str]]:
    """The lines of a secret's table."""
    if secret.wrap is not None:
        return _wrap_rows(secret.wrap_fields())
    lines: list[tuple[str, str]] = []
    duration = int(float(secret.head["lease_duration"] or 0))
    if secret.head["lease_id"]:
        lines += [
            ("lease_id", str(secret.head["lease_id"])),
            ("lease_duration", short_text(duration)),
            ("lease_renewable", text.go_value(secret.head["renewable"])),
        ]
    elif duration > 0:
        lines.append(("refresh_interval", short_text(duration)))
    if secret.auth is not None:
        lines += _auth_rows(secret.auth_fields())
    data = secret.data or {}
    return [*lines, *((name, text.field_text(name, data[name])) for name in sorted(data))]


def keys_table(keys: list[Any]) -> str:
    """A listing."""
    return text.table(("Keys",), [(text.go_value(key),) for key in sorted(keys, key=str)])


def detailed_table(keys: list[Any], details: dict[str, Any]) -> str:
    """A listing with what the server knows about each key, one column a field."""
    names = sorted({name for info in details.values() if isinstance(info, dict) for name in info})
    lines = []
    for key in sorted(keys, key=str):
        info = details.get(key)
        known = info if isinstance(info, dict) else {}
        lines.append([text.go_value(key), *(text.go_value(known[name]) if name in known else "n/a" for name in names)])
    return text.table(["Keys", *names], lines)
