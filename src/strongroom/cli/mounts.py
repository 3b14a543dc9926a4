"""What mounting and tuning secrets engines and auth methods share: flags, request bodies, lists."""

from __future__ import annotations

from typing import Any, Literal

from strongroom.cli.flags import Flag
from strongroom.cli.invocation import Invocation
from strongroom.cli.text import go_value, table
from strongroom.client.durations import go_text

Kind = Literal["secrets", "auth"]

_TUNED = (
    Flag("allowed-response-headers", "A response header that the plugin may set; may be repeated.", "strings"),
    Flag("audit-non-hmac-request-keys", "A request field that audit devices show; may be repeated.", "strings"),
    Flag("audit-non-hmac-response-keys", "A response field that audit devices show; may be repeated.", "strings"),
    Flag("default-lease-ttl", "How long a lease lives when nothing else is asked.", "duration"),
    Flag(
        "delegated-auth-accessors", "An auth method that the engine may log clients in by; may be repeated.", "strings"
    ),
    Flag("description", "What it is for."),
    Flag("list-scoped", "Whether listings show a client only the names that it may read.", "bool"),
    Flag("listing-visibility", "Who may see it in the list of mounts: unauth or hidden."),
    Flag("max-lease-ttl", "How long a lease may live.", "duration"),
    Flag("options", "An option of the mount; may be repeated.", "pairs"),
    Flag("passthrough-request-headers", "A request header to hand to the plugin; may be repeated.", "strings"),
    Flag("plugin-version", "The version of the plugin to run."),
    Flag("version", "The version of the engine; for kv.", "int"),
)
_TOKEN_TYPE = Flag("token-type", "The type of tokens that logins create.")
_MOUNTED = (
    Flag("external-entropy-access", "Let it draw randomness from the seal.", "bool"),
    Flag("local", "Keep it on this cluster.", "bool"),
    Flag("path", "Where to mount it; by default at its type's name."),
    Flag("plugin-name", "The name of a plugin to mount."),
    Flag("seal-wrap", "Encrypt critical data with the seal as well.", "bool"),
)
_OF_LOGINS = (
    _TOKEN_TYPE,
    Flag(
        "identity-creation",
        "auto makes an entity at a first login, existing refuses who has none.",
    ),
    Flag(
        "on-policy-change",
        "What a renewal does when the policies of the user or role have changed: refuse, keep or narrow.",
    ),
)
_LOCKOUT = (
    Flag("user-lockout-counter-reset-duration", "When failed logins are forgotten.", "duration"),
    Flag("user-lockout-disable", "Don't lock users out.", "bool"),
    Flag("user-lockout-duration", "How long a user stays locked out.", "duration"),
    Flag("user-lockout-threshold", "How many failed logins lock a user out.", "uint"),
)


def enable_flags(kind: Kind) -> tuple[Flag, ...]:
    """The flags of mounting."""
    if kind == "auth":
        return (*_TUNED, *_MOUNTED, *_OF_LOGINS)
    return (*_TUNED, *_MOUNTED, Flag("force-no-cache", "Don't cache its data.", "bool"))


def tune_flags(kind: Kind) -> tuple[Flag, ...]:
    """The flags of tuning."""
    return (*_TUNED, *_OF_LOGINS, *_LOCKOUT) if kind == "auth" else _TUNED


def _lists(call: Invocation) -> dict[str, Any]:
    names = ("audit-non-hmac-request-keys", "audit-non-hmac-response-keys")
    return {name.replace("-", "_"): call.flags.many(name) for name in names if call.flags.given(name)}


def _late(call: Invocation) -> dict[str, Any]:
    """The fields that follow the lists in a configuration, each only if it was given."""
    fields: dict[str, Any] = {}
    if call.flags.given("listing-visibility"):
        fields["listing_visibility"] = call.flags.text("listing-visibility")
    for name in ("passthrough-request-headers", "allowed-response-headers", "delegated-auth-accessors"):
        if call.flags.given(name):
            fields[name.replace("-", "_")] = call.flags.many(name)
    for name in ("token-type", "plugin-version", "identity-creation", "on-policy-change"):
        if call.flags.given(name):
            fields[name.replace("-", "_")] = call.flags.text(name)
    if call.flags.given("list-scoped"):
        fields["list_scoped"] = call.flags.on("list-scoped")
    return fields


def _options(call: Invocation) -> dict[str, str] | None:
    options = call.flags.pairs("options")
    if call.flags.number("version"):
        options["version"] = str(call.flags.number("version"))
    return dict(sorted(options.items())) or None


def enable_body(call: Invocation, mount_type: str) -> dict[str, Any]:
    """The body of a request that mounts."""
    flags = call.flags
    return {
        "type": mount_type,
        "description": flags.text("description"),
        "config": {
            "options": None,
            "default_lease_ttl": go_text(flags.number("default-lease-ttl")),
            "max_lease_ttl": go_text(flags.number("max-lease-ttl")),
            "force_no_cache": flags.on("force-no-cache"),
            **_lists(call),
            **_late(call),
        },
        "local": flags.on("local"),
        "seal_wrap": flags.on("seal-wrap"),
        "external_entropy_access": flags.on("external-entropy-access"),
        "options": _options(call),
    }


def _ttl(call: Invocation, name: str) -> str:
    """A lease time for tuning; empty leaves it, and -1 means the system's."""
    value = call.flags.number(name)
    return ("" if value == 0 else go_text(value)) if call.flags.given(name) else ""


def tune_body(call: Invocation) -> dict[str, Any]:
    """The body of a tune request.  It has only the given settings, because a missing one stays unchanged."""
    flags = call.flags
    body: dict[str, Any] = {"options": _options(call), "default_lease_ttl": _ttl(call, "default-lease-ttl")}
    if flags.given("description"):
        body["description"] = flags.text("description")
    body |= {"max_lease_ttl": _ttl(call, "max-lease-ttl"), "force_no_cache": False, **_lists(call), **_late(call)}
    lockout: dict[str, Any] = {}
    if flags.given("user-lockout-threshold"):
        lockout["lockout_threshold"] = str(flags.number("user-lockout-threshold"))
    for name in ("duration", "counter-reset-duration"):
        if flags.given(f"user-lockout-{name}"):
            lockout[f"lockout_{name.replace('-', '_')}"] = go_text(flags.number(f"user-lockout-{name}"))
    if flags.given("user-lockout-disable"):
        lockout["lockout_disable"] = flags.on("user-lockout-disable")
    return body | ({"user_lockout_config": lockout} if lockout else {})


_ORDER = (
    "uuid",
    "type",
    "description",
    "accessor",
    "config",
    "options",
    "local",
    "seal_wrap",
    "external_entropy_access",
    "plugin_version",
    "running_plugin_version",
    "running_sha256",
    "deprecation_status",
)
_CONFIG_ORDER = (
    "default_lease_ttl",
    "max_lease_ttl",
    "force_no_cache",
    "audit_non_hmac_request_keys",
    "audit_non_hmac_response_keys",
    "listing_visibility",
    "passthrough_request_headers",
    "allowed_response_headers",
    "token_type",
    "allowed_managed_keys",
    "user_lockout_config",
    "plugin_version",
)


def document(mounts: dict[str, Any]) -> dict[str, Any]:
    """Mounts as JSON prints them: sorted by path, their fields in the API's order."""
    found: dict[str, Any] = {}
    for path in sorted(mounts):
        mount = {name: mounts[path].get(name, "") for name in _ORDER}
        config = mount["config"] or {}
        known = {name: config[name] for name in _CONFIG_ORDER if name in config}
        mount["config"] = known | {name: value for name, value in config.items() if name not in known}
        mount["options"] = mount["options"] or None
        found[path] = mount
    return found


def simple_table(mounts: dict[str, Any], kind: Kind) -> str:
    """The short list of mounts."""
    header = ["Path", "Type", "Accessor", "Description", *(["Version"] if kind == "auth" else [])]
    lines = []
    for path, mount in sorted(mounts.items()):
        line = [path, mount.get("type", ""), mount.get("accessor", ""), mount.get("description", "")]
        lines.append([*line, mount.get("plugin_version", "")] if kind == "auth" else line)
    return table(header, lines)


def _lease_time(mount: dict[str, Any], name: str) -> str:
    if mount.get("type") in {"system", "ns_system", "cubbyhole", "ns_cubbyhole"}:
        return "n/a"
    value = str((mount.get("config") or {}).get(name, 0))
    return "system" if value == "0" else value


def detailed_table(mounts: dict[str, Any], kind: Kind) -> str:
    """The long list of mounts."""
    header = ["Path", "Plugin", "Accessor", "Default TTL", "Max TTL"]
    header += ["Token Type"] if kind == "auth" else ["Force No Cache"]
    header += ["Replication", "Seal Wrap", "External Entropy Access", "Options", "Description", "UUID", "Version"]
    header += ["Running Version", "Running SHA256", "Deprecation Status"]
    lines = []
    for path, mount in sorted(mounts.items()):
        config = mount.get("config") or {}
        special = config.get("token_type", "") if kind == "auth" else go_value(config.get("force_no_cache", False))
        lines.append(
            [
                path,
                str(mount.get("type", "")),
                str(mount.get("accessor", "")),
                _lease_time(mount, "default_lease_ttl"),
                _lease_time(mount, "max_lease_ttl"),
                str(special),
                "local" if mount.get("local") else "replicated",
                go_value(mount.get("seal_wrap", False)),
                go_value(mount.get("external_entropy_access", False)),
                go_value(mount.get("options") or {}),
                str(mount.get("description", "")),
                str(mount.get("uuid", "")),
                str(mount.get("plugin_version", "")),
                str(mount.get("running_plugin_version", "")),
                str(mount.get("running_sha256", "")),
                str(mount.get("deprecation_status", "")),
            ]
        )
    return table(header, lines)


def listing(answer: Any) -> dict[str, Any]:
    """The mounts in an answer of `sys/mounts` or `sys/auth`."""
    data = (answer or {}).get("data")
    return {path: mount for path, mount in (data or answer or {}).items() if isinstance(mount, dict)}


def show_list(call: Invocation, mounts: dict[str, Any], kind: Kind) -> int:
    """Print a list of mounts."""
    if not call.table:
        return call.document(document(mounts))
    call.terminal.out((detailed_table if call.flags.on("detailed") else simple_table)(mounts, kind))
    return 0
