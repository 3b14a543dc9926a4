"""Audit entries, compared whole: what stands in the log, and what stands there as a digest only."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from strongroom.audit.encoding import EntryEncoder
from strongroom.audit.entry import Outcome, client_id, timestamp, whole_timestamp
from strongroom.audit.notation import Notation, Style, digest_values
from strongroom.sdk import Auth, Mount, Operation
from strongroom.sdk.response import Response
from strongroom.services.exchange import ApiRequest, Exchange, Grant
from strongroom.services.mounts import BUILT_IN_VERSION, MountEntry, MountRecord
from strongroom.services.mounts.records import MountConfig
from strongroom.services.tokens import Bearer, TokenRecord

NOW = 1_700_000_000.25
AT = "2023-11-14T22:13:20.250000Z"
TOKEN = "hvs.of-the-client"
ACCESSOR = "accessor-of-the-client"
DENIED = "1 error occurred:\n\t* permission denied\n\n"
NO_PATH = "1 error occurred:\n\t* unsupported path\n\n"
NO_OPERATION = "1 error occurred:\n\t* unsupported operation\n\n"
INVALID = "1 error occurred:\n\t* invalid request\n\n"


def hidden(text: str) -> str:
    """What stands for a text in these logs."""
    return f"<{text}>"


def notation(headers: dict[str, bool] | None = None, **style: bool) -> Notation:
    """A device's way to write."""
    return Notation(hidden, Style(**style), headers or {})


def mount(table: str = "secret", **config: Any) -> MountEntry:
    """The mount that is asked."""
    path = "login/" if table == "auth" else "kv/"
    record = MountRecord(
        id="id-of-mount", table=table, path=path, type="kind", accessor="kind_1", config=MountConfig(**config)
    )
    shown = Mount(
        id=record.id, path=path, type="kind", accessor="kind_1", options={}, default_lease_ttl_s=9, max_lease_ttl_s=9
    )
    return MountEntry(record=record, mount=shown, engine=None, prefix="p/")


def request(**changed: Any) -> ApiRequest:
    """What is asked."""
    fields: dict[str, Any] = {
        "id": "id-of-request",
        "operation": Operation.UPDATE,
        "path": "kv/a",
        "data": {},
        "token": TOKEN,
        "wrap_ttl_s": 0,
        "headers": {},
        "address": "192.0.2.7",
        "port": 0,
        "received_at": NOW,
    }
    return ApiRequest(**{**fields, **changed})


def bearer(**changed: Any) -> Bearer:
    """Who asks."""
    fields: dict[str, Any] = {
        "key": "key",
        "accessor": ACCESSOR,
        "policies": ("default", "ops"),
        "path": "auth/token/create",
        "created_at": 1_600_000_000.75,
        "display_name": "token-ann",
    }
    return Bearer(token=TOKEN, record=TokenRecord(**{**fields, **changed}))


def both(known: Exchange, outcome: Outcome, notes: Notation, error: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    """The two entries of a request, as they are read."""
    encoder = EntryEncoder(notes)
    written = (encoder.request(known, error, NOW), encoder.response(known, outcome, NOW))
    first, second = (msgspec.json.decode(entry) for entry in written)
    return first, second


PLAIN_AUTH = {
    "client_token": "<hvs.of-the-client>",
    "accessor": "<accessor-of-the-client>",
    "display_name": "token-ann",
    "policies": ["default", "ops"],
    "token_policies": ["default", "ops"],
    "policy_results": {
        "allowed": True,
        "granting_policies": [{"name": "ops", "namespace_id": "root", "type": "acl"}],
    },
    "token_type": "service",
    "token_issue_time": "2020-09-13T12:26:40Z",
}
MOUNTED = {
    "mount_point": "kv/",
    "mount_type": "kind",
    "mount_accessor": "kind_1",
    "mount_class": "secret",
}
CLIENT = client_id(Exchange(request(), bearer=bearer()))
PLAIN_REQUEST = {
    "id": "id-of-request",
    "client_id": CLIENT,
    "operation": "update",
    **MOUNTED,
    "mount_running_version": BUILT_IN_VERSION,
    "client_token": "<hvs.of-the-client>",
    "client_token_accessor": "<accessor-of-the-client>",
    "namespace": {"id": "root"},
    "path": "kv/a",
    "remote_address": "192.0.2.7",
}
GRANTED = Grant(policies=("ops",))


def test_a_plain_request() -> None:
    """Both entries whole: token and accessor as digests, times in UTC, the policies that granted it; nothing else."""
    known = Exchange(request(data={"password": "p", "n": 5}), bearer=bearer(), entry=mount(), grant=GRANTED)
    outcome = Outcome(response=Response(data={"text": "t", "n": 6, "list": ["u", True, None]}))
    first, second = both(known, outcome, notation())
    asked = {**PLAIN_REQUEST, "data": {"password": "<p>", "n": 5}}
    assert first == {"time": AT, "type": "request", "auth": PLAIN_AUTH, "request": asked}
    assert second == {
        "time": AT,
        "type": "response",
        "auth": PLAIN_AUTH,
        "request": asked,
        "response": {
            **MOUNTED,
            "mount_running_plugin_version": BUILT_IN_VERSION,
            "data": {"text": "<t>", "n": 6, "list": ["<u>", True, None]},
        },
    }


def test_everything_that_a_token_and_a_request_may_have() -> None:
    """Uses left, lifetime, entity, metadata, port, wrapping time: each under its own name with its own value."""
    holder = bearer(num_uses=9, ttl_s=3600, entity_id="entity-1", metadata={"who": "ann"}, type="batch", accessor="")
    known = Exchange(
        request(port=4711, wrap_ttl_s=60), bearer=holder, entry=mount(), grant=Grant(("a", "b")), remaining_uses=4
    )
    first, second = both(known, Outcome(lease_id="kv/a/lease", response=Response(warnings=["careful"])), notation())
    auth = {
        **{name: item for name, item in PLAIN_AUTH.items() if name != "accessor"},
        "policy_results": {
            "allowed": True,
            "granting_policies": [
                {"name": "a", "namespace_id": "root", "type": "acl"},
                {"name": "b", "namespace_id": "root", "type": "acl"},
            ],
        },
        "metadata": {"who": "ann"},
        "entity_id": "entity-1",
        "remaining_uses": 4,
        "token_type": "batch",
        "token_ttl": 3600,
    }
    asked = {
        **{name: item for name, item in PLAIN_REQUEST.items() if name != "client_token_accessor"},
        "client_id": "entity-1",
        "remote_port": 4711,
        "wrap_ttl": 60,
    }
    assert first == {"time": AT, "type": "request", "auth": auth, "request": asked}
    assert second["response"] == {
        **MOUNTED,
        "mount_running_plugin_version": BUILT_IN_VERSION,
        "secret": {"lease_id": "kv/a/lease"},
        "warnings": ["careful"],
    }


def test_uses_left_are_those_of_this_request() -> None:
    """A token with counted uses is described anew each time, even the last one, with 0 left."""
    encoder, holder = EntryEncoder(notation()), bearer(num_uses=3)
    left = []
    for remaining in (2, 1, 0):
        known = Exchange(request(), bearer=holder, grant=GRANTED, remaining_uses=remaining)
        left.append(msgspec.json.decode(encoder.request(known, "", NOW))["auth"]["remaining_uses"])
    assert left == [2, 1, 0]


def test_what_is_kept_of_a_token_is_that_tokens_and_that_decisions() -> None:
    """The same token with another grant, or refused, and another token with the same grant: each as it is."""
    encoder, holder, other = EntryEncoder(notation()), bearer(), bearer(accessor="other")

    def told(who: Bearer, grant: Grant | None) -> tuple[str, Any]:
        known = Exchange(request(), bearer=who, grant=grant)
        auth = msgspec.json.decode(encoder.request(known, "", NOW))["auth"]
        return auth["accessor"], auth["policy_results"]

    def by(name: str) -> dict[str, Any]:
        return {"allowed": True, "granting_policies": [{"name": name, "namespace_id": "root", "type": "acl"}]}

    for _ in range(2):
        assert told(holder, Grant(("a",))) == (hidden(ACCESSOR), by("a"))
        assert told(holder, Grant(("b",))) == (hidden(ACCESSOR), by("b"))
        assert told(holder, None) == (hidden(ACCESSOR), {"allowed": False})
        assert told(other, Grant(("a",))) == ("<other>", by("a"))


def test_what_is_kept_of_a_request_is_of_who_asks_for_the_same() -> None:
    """Another token, operation, path, mount, address or body is told as it is, also by an encoder that knows others."""
    notes, holder, place = notation({"x-shown": False}), bearer(), mount()
    encoder = EntryEncoder(notes)
    differing: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, {}),
        ({"id": "another"}, {}),
        ({"operation": Operation.UPDATE, "data": {"x": "y"}}, {}),
        ({"path": "secret/other"}, {}),
        ({"address": "198.51.100.9"}, {}),
        ({"port": 4712}, {}),
        ({"wrap_ttl_s": 60}, {}),
        ({"headers": {"x-shown": "1"}}, {}),
        ({}, {"bearer": bearer(accessor="other")}),
        ({}, {"bearer": None}),
        ({}, {"entry": None}),
        ({}, {"entry": mount("auth")}),
        ({"token": "another"}, {}),
        ({}, {"grant": None}),
    ]
    for _ in range(2):
        for fields, known in differing:
            settings = {"bearer": holder, "entry": place, "grant": GRANTED, **known}
            exchange = Exchange(request(**fields), **settings)
            fresh = EntryEncoder(notes)
            assert encoder.request(exchange, "", NOW) == fresh.request(exchange, "", NOW)
            assert encoder.response(exchange, Outcome(), NOW) == fresh.response(exchange, Outcome(), NOW)


def test_nobody_known_asks_for_something_nowhere() -> None:
    """Without a token that lives, and without a mount, the entries say so little; the token sent is a digest still."""
    first, second = both(Exchange(request()), Outcome(error="permission denied"), notation(), error="permission denied")
    asked = {
        "id": "id-of-request",
        "operation": "update",
        "client_token": "<hvs.of-the-client>",
        "namespace": {"id": "root"},
        "path": "kv/a",
        "remote_address": "192.0.2.7",
    }
    plain = {"auth": {"token_type": "default"}, "request": asked, "time": AT, "error": "permission denied"}
    assert first == {"type": "request", **plain}
    assert second == {"type": "response", "response": {}, **plain}


def test_a_login() -> None:
    """The response entry shows whose token was made, with digests for it and its accessor, twice the same."""
    block = {
        "client_token": "hvs.made",
        "accessor": "accessor-made",
        "policies": ["default"],
        "token_policies": ["default", "x"],
        "identity_policies": ["of-the-entity"],
        "metadata": {"username": "ann"},
        "entity_id": "entity-1",
        "num_uses": 7,
        "token_type": "service",
        "lease_duration": 600,
        "renewable": True,
    }
    known = Exchange(request(token="", path="auth/login/ann", data={"password": "p"}), entry=mount("auth"))
    outcome = Outcome(response=Response(auth=Auth(display_name="ann")), auth=block)
    first, second = both(known, outcome, notation())
    assert first["auth"] == {"token_type": "default"}
    assert "client_token" not in first["request"]
    assert "client_id" not in first["request"]
    assert first["request"]["mount_point"] == "auth/login/"
    assert first["request"]["mount_class"] == "auth"
    made = {
        "client_token": "<hvs.made>",
        "accessor": "<accessor-made>",
        "display_name": "login-ann",
        "policies": ["default"],
        "token_policies": ["default", "x"],
        "identity_policies": ["of-the-entity"],
        "metadata": {"username": "ann"},
        "entity_id": "entity-1",
        "num_uses": 7,
        "token_type": "service",
        "token_ttl": 600,
    }
    assert second["auth"] == made
    assert second["response"]["auth"] == made
    nameless = Outcome(response=Response(auth=Auth()), auth={"client_token": "hvb.made", "token_type": "batch"})
    assert both(known, nameless, notation())[1]["auth"] == {
        "client_token": "<hvb.made>",
        "display_name": "login",
        "policies": [],
        "token_policies": [],
        "token_type": "batch",
    }


def test_a_token_made_by_a_token_does_not_stand_for_who_asked() -> None:
    """`auth` of the entry stays the asking token; the one that was made is in the response."""
    known = Exchange(request(), bearer=bearer(), entry=mount(), grant=GRANTED)
    outcome = Outcome(response=Response(), auth={"client_token": "hvs.child", "token_type": "service"})
    second = both(known, outcome, notation())[1]
    assert second["auth"] == PLAIN_AUTH
    assert second["response"]["auth"] == {
        "client_token": "<hvs.child>",
        "policies": [],
        "token_policies": [],
        "token_type": "service",
    }


def test_a_wrapped_answer() -> None:
    """The wrapping's token and both accessors as digests, its times in clear, nothing of the answer itself."""
    wrap = {"token": "hvs.w", "accessor": "aw", "wrapped_accessor": "ai", "ttl": 60, "creation_path": "kv/a"}
    known = Exchange(request(), bearer=bearer(), entry=mount(), grant=GRANTED)
    shown = both(known, Outcome(wrap=wrap), notation())[1]["response"]
    assert shown == {
        **MOUNTED,
        "mount_running_plugin_version": BUILT_IN_VERSION,
        "wrap_info": {
            "token": "<hvs.w>",
            "accessor": "<aw>",
            "wrapped_accessor": "<ai>",
            "ttl": 60,
            "creation_path": "kv/a",
        },
    }
    assert wrap["token"] == "hvs.w"
    assert "wrapped_accessor" not in both(known, Outcome(wrap={"token": "t"}), notation())[1]["response"]["wrap_info"]


def test_accessors_are_digests_unless_a_device_asks_for_them() -> None:
    """By default no accessor is in clear: whoever reads the log could revoke with it.  Other secrets stay digests."""
    known = Exchange(request(), bearer=bearer(), entry=mount(), grant=GRANTED)
    outcome = Outcome(auth={"client_token": "hvs.x", "accessor": "ax"}, wrap={"token": "hvs.w", "accessor": "aw"})
    default, plain = (both(known, outcome, notation(**style))[1] for style in ({}, {"hmac_accessor": False}))
    for entry, show in ((default, hidden), (plain, str)):
        assert entry["auth"]["accessor"] == show(ACCESSOR)
        assert entry["request"]["client_token_accessor"] == show(ACCESSOR)
        assert entry["response"]["auth"]["accessor"] == show("ax")
        assert entry["response"]["wrap_info"]["accessor"] == show("aw")
        assert entry["auth"]["client_token"] == hidden(TOKEN)
        assert entry["request"]["client_token"] == hidden(TOKEN)
        assert entry["response"]["auth"]["client_token"] == "<hvs.x>"
        assert entry["response"]["wrap_info"]["token"] == "<hvs.w>"


def test_a_raw_device_hides_nothing() -> None:
    """With `log_raw` tokens, accessors, data, headers and errors are as they came."""
    known = Exchange(
        request(data={"password": "p"}, headers={"x-secret": "h", "authorization": "Bearer b"}),
        bearer=bearer(),
        entry=mount(),
        grant=GRANTED,
    )
    notes = notation({"x-secret": True, "authorization": True}, log_raw=True)
    first, second = both(known, Outcome(error="p is no good", auth={"client_token": "c"}), notes, error="p is no good")
    assert first["error"] == second["error"] == "p is no good"
    assert (first["auth"]["client_token"], first["auth"]["accessor"]) == (TOKEN, ACCESSOR)
    assert first["request"]["data"] == {"password": "p"}
    assert first["request"]["headers"] == {"x-secret": ["h"], "authorization": ["Bearer b"]}
    assert second["response"]["auth"]["client_token"] == "c"
    assert second["response"]["data"] == {"error": "p is no good"}


@pytest.mark.parametrize("name", ["authorization", "cookie", "x-vault-token"])
def test_headers_that_carry_credentials_are_digests_whatever_is_configured(name: str) -> None:
    """Who configures `hmac=false` for them shows nobody's credentials; other headers follow what is configured."""
    known = Exchange(request(headers={name: "secret", "x-plain": "1", "x-hidden": "2", "x-other": "3"}))
    shown = both(known, Outcome(), notation({name: False, "x-plain": False, "x-hidden": True, "x-absent": False}))[0]
    assert shown["request"]["headers"] == {name: ["<secret>"], "x-plain": ["1"], "x-hidden": ["<2>"]}
    assert "headers" not in both(known, Outcome(), notation({"x-absent": False}))[0]["request"]


def test_fields_that_a_mount_shows_in_clear() -> None:
    """`audit_non_hmac_request_keys` concerns requests, `…_response_keys` answers, and both only the fields named."""
    entry = mount(audit_non_hmac_request_keys=("asked",), audit_non_hmac_response_keys=("told",))
    data = {"asked": "a", "told": {"b": "b"}, "other": "c"}
    known = Exchange(request(data=data), bearer=bearer(), entry=entry, grant=GRANTED)
    first, second = both(known, Outcome(response=Response(data=data)), notation())
    assert first["request"]["data"] == {"asked": "a", "told": {"b": "<b>"}, "other": "<c>"}
    assert second["response"]["data"] == {"asked": "<a>", "told": {"b": "b"}, "other": "<c>"}
    failed = both(known, Outcome(error="told: x"), notation())[1]
    assert failed["response"]["data"] == {"error": "<told: x>"}
    nowhere = Exchange(request(data=data))
    second = both(nowhere, Outcome(response=Response(data=data)), notation())[1]
    assert (
        second["request"]["data"]
        == second["response"]["data"]
        == {
            "asked": "<a>",
            "told": {"b": "<b>"},
            "other": "<c>",
        }
    )


ERRORS = [
    ("permission denied", "permission denied", None),
    (DENIED, DENIED, None),
    (NO_PATH, NO_PATH, None),
    (NO_OPERATION, NO_OPERATION, None),
    ('no handler for route "a/secret". route entry not found.', NO_PATH, True),
    ('request path "auth/token/revoke/hvs.s3cret": rate limit quota exceeded', "rate limit quota exceeded", True),
    ('request path "database/creds/web": lease count quota exceeded', "lease count quota exceeded", True),
    ('lease count quota exceeded (9 leases of "web" at the most, by its settings)', "lease count quota exceeded", True),
    ('the mount "s3cret/" has been locked by an administrator', "locked by an administrator", True),
    (
        'API access to this namespace has been locked by an administrator - "s3cret" must be …',
        "locked by an administrator",
        True,
    ),
    ('the value "s3cret": rate limit quota exceeded', INVALID, True),
    ("the value s3cret is no good", INVALID, True),
    ("", None, None),
]


@pytest.mark.parametrize(("error", "shown", "has_data"), ERRORS)
def test_errors_quote_nothing(error: str, shown: str | None, has_data: bool | None) -> None:
    """A text that names only the kind stays; any other, which may quote what was sent, is replaced, and a digest."""
    known = Exchange(request(), bearer=bearer())
    for entry in both(known, Outcome(error=error), notation(), error=error):
        assert entry.get("error") == shown
    data = both(known, Outcome(error=error), notation())[1]["response"].get("data")
    assert data == ({"error": f"<{error}>"} if has_data else None)


@pytest.mark.parametrize("operation", [Operation.LIST, Operation.SCAN, Operation.READ])
def test_listings_give_way_to_their_number_where_a_device_asks(operation: Operation) -> None:
    """With `elide_list_responses` names and details of listings are counted, and of nothing else."""
    data = {"keys": ["a", "b"], "key_info": {"a": {"x": "y"}}, "other": ["c"]}
    whole = {"keys": ["<a>", "<b>"], "key_info": {"a": {"x": "<y>"}}, "other": ["<c>"]}
    known = Exchange(request(operation=operation), bearer=bearer())
    outcome = Outcome(response=Response(data=data))
    assert both(known, outcome, notation())[1]["response"]["data"] == whole
    elided = both(known, outcome, notation(elide_list_responses=True))[1]["response"]["data"]
    assert elided == (whole if operation is Operation.READ else {"keys": 2, "key_info": 1, "other": ["<c>"]})
    odd = Outcome(response=Response(data={"keys": "text"}))
    assert both(known, odd, notation(elide_list_responses=True))[1]["response"]["data"] == {"keys": "<text>"}


def test_clients_are_counted_by_entity_or_by_policies() -> None:
    """Two tokens of an entity are one client; so are two without one whose policies are the same, in that order."""

    def who(**fields: Any) -> str:
        return client_id(Exchange(request(), bearer=bearer(**fields)))

    assert client_id(Exchange(request())) == ""
    assert who(entity_id="e") == who(entity_id="e", policies=()) == "e"
    assert who(accessor="1") == who(accessor="2") != who(policies=("ops",))
    assert who(policies=("a", "b")) != who(policies=("ab",))
    assert who(policies=("root",)) == "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I="


def test_times_are_in_utc_and_rounded() -> None:
    """Microseconds for when it happened, whole seconds, cut off, for when a token was made."""
    assert timestamp(0) == "1970-01-01T00:00:00.000000Z"
    assert timestamp(1_700_000_000.000_001) == "2023-11-14T22:13:20.000001Z"
    assert timestamp(1_700_000_000.999_999_9) == "2023-11-14T22:13:21.000000Z"
    assert whole_timestamp(1_700_000_000.9) == "2023-11-14T22:13:20Z"


VALUES = [
    ("text", "<text>"),
    ("", "<>"),
    (b"bytes \xff", "<bytes \N{REPLACEMENT CHARACTER}>"),
    (5, 5),
    (True, True),
    (None, None),
    (1.5, 1.5),
    (("a", 1), ["<a>", 1]),
    ([{"a": ["b", {"c": "d"}]}], [{"a": ["<b>", {"c": "<d>"}]}]),
    ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"),
    ("2023-11-14T22:13:20.123456789+01:00", "2023-11-14T22:13:20.123456789+01:00"),
    ("2023-11-14T22:13:20.1234567890Z", "<2023-11-14T22:13:20.1234567890Z>"),
    ("2023-11-14T22:13:20Z ", "<2023-11-14T22:13:20Z >"),
    ("2023-11-14", "<2023-11-14>"),
    ("2023x11-14T22:13:20Z", "<2023x11-14T22:13:20Z>"),
]


@pytest.mark.parametrize(("value", "shown"), VALUES)
def test_every_text_is_a_digest_and_nothing_else(value: Any, shown: Any) -> None:
    """At every depth; numbers, truth, nothing and points in time stay, as Vault has it."""
    assert digest_values(value, hidden) == shown
