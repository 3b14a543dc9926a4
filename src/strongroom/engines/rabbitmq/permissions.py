"""`vhosts` and `vhost_topics`: JSON inside a text, or an object (p).

Source: https://developer.hashicorp.com/vault/api-docs/secret/rabbitmq#create-role, https://www.rabbitmq.com/docs/access-control
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.engines.rabbitmq.names import check_segment
from strongroom.engines.rabbitmq.records import Permissions, TopicPermissions
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest

VHOSTS, TOPICS = "vhosts", "vhost_topics"
MOST_VHOSTS = 64
"""Each is a request of its own to the broker when a user is made."""
MOST_TOPICS = 64
MOST_BYTES = 64 * 1024
_NAME_BYTES = 255
_PATTERN_BYTES = 1024
_ACTS = ("configure", "write", "read")


def vhosts_of(value: Any) -> dict[str, Permissions] | None:
    """The permissions by virtual host; None for what says nothing.  Raises `InvalidRequest`."""
    given = _object(VHOSTS, value)
    if given is None:
        return None
    _check_vhosts(VHOSTS, given)
    found = {}
    for name, each in given.items():
        patterns = _patterns(VHOSTS, name, each, _ACTS)
        found[name] = Permissions(configure=patterns["configure"], write=patterns["write"], read=patterns["read"])
    return found


def topics_of(value: Any) -> dict[str, dict[str, TopicPermissions]] | None:
    """The permissions by virtual host and exchange; None for what says nothing.  Raises `InvalidRequest`."""
    given = _object(TOPICS, value)
    if given is None:
        return None
    _check_vhosts(TOPICS, given)
    found: dict[str, dict[str, TopicPermissions]] = {}
    for vhost, exchanges in given.items():
        by_name = _mapping(f'{TOPICS}, "{vhost}"', exchanges)
        _check_names(f'{TOPICS}, "{vhost}"', by_name, MOST_TOPICS)
        found[vhost] = {name: _topic(f"{vhost}, {name}", each) for name, each in by_name.items()}
    if sum(map(len, found.values())) > MOST_TOPICS:
        raise InvalidRequest(f"{TOPICS} has more than {MOST_TOPICS} exchanges in all")
    return found


def _topic(name: str, value: Any) -> TopicPermissions:
    patterns = _patterns(TOPICS, name, value, _ACTS[1:])
    return TopicPermissions(write=patterns["write"], read=patterns["read"])


def _object(field: str, value: Any) -> Mapping[str, Any] | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        encoded = value.encode("utf-8", "surrogatepass")
        if len(encoded) > MOST_BYTES:
            raise InvalidRequest(f"{field} is longer than {MOST_BYTES} bytes")
        try:
            value = json.loads(encoded)
        except InvalidRequest as error:
            raise InvalidRequest(f"failed to unmarshal {field}: {error.text}") from error
    return {} if value is None else _mapping(field, value)


def _mapping(what: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidRequest(f"failed to unmarshal {what}: it is no object")
    return value


def _check_vhosts(field: str, given: Mapping[str, Any]) -> None:
    _check_names(field, given, MOST_VHOSTS)
    for name in given:
        check_segment(f"{field}: a virtual host", name)


def _check_names(what: str, names: Mapping[str, Any], most: int) -> None:
    if len(names) > most:
        raise InvalidRequest(f"{what} has more than {most} items")
    for name in names:
        if not name or not name.isprintable() or len(name.encode("utf-8", "surrogatepass")) > _NAME_BYTES:
            raise InvalidRequest(f"{what} has a name that is empty, longer than {_NAME_BYTES} bytes, or not printable")


def _patterns(field: str, name: str, value: Any, acts: tuple[str, ...]) -> dict[str, str]:
    """The patterns of one place.

    A name that isn't known is refused: who writes `reed` gets a user that may read nothing, and doesn't know why.
    """
    found = dict.fromkeys(acts, "")
    for given, pattern in _mapping(f'{field}, "{name}"', value).items():
        act = given.lower()  # as Go reads JSON
        if act not in acts:
            raise InvalidRequest(f'{field}, "{name}": {", ".join(acts)} are known, not "{given[:64]}"')
        if not isinstance(pattern, str):
            raise InvalidRequest(f'failed to unmarshal {field}: "{given[:64]}" of "{name}" is no text')
        if len(pattern.encode("utf-8", "surrogatepass")) > _PATTERN_BYTES:
            raise InvalidRequest(f'{field}, "{name}": {act} is longer than {_PATTERN_BYTES} bytes')
        found[act] = pattern
    return found
