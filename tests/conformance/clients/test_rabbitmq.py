"""`hvac.secrets.rabbitmq`, against a dev server of ours and the reference server, with one broker."""

from __future__ import annotations

from collections.abc import Iterator

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.clients.test_hvac import fresh
from tests.sim.rabbitmq import ADMIN, ADMIN_PASSWORD, RabbitMq, running


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMq]:
    with running(tmp_path_factory.mktemp("rabbitmq")) as broker:
        yield broker


def test_every_method(client: hvac.Client, broker: RabbitMq) -> None:
    """Connection and times are configured, a role is written, read and deleted, and a user lives for a lease."""
    path, rabbitmq = fresh("rabbitmq"), client.secrets.rabbitmq
    client.sys.enable_secrets_engine("rabbitmq", path)
    rabbitmq.configure(broker.url, ADMIN, ADMIN_PASSWORD, mount_point=path)
    with pytest.raises((exceptions.InternalServerError, exceptions.BadGateway)):
        rabbitmq.configure(broker.url, ADMIN, "wrong", mount_point=path)
    rabbitmq.configure_lease(600, 1200, mount_point=path)
    vhosts = '{"/": {"configure": "", "write": "a", "read": ".*"}}'
    topics = '{"/": {"amq.topic": {"write": "b", "read": "c"}}}'
    rabbitmq.create_role("app", "management", vhosts, topics, mount_point=path)
    role = rabbitmq.read_role("app", mount_point=path)["data"]
    assert role == {
        "tags": "management",
        "vhosts": {"/": {"configure": "", "write": "a", "read": ".*"}},
        "vhost_topics": {"/": {"amq.topic": {"write": "b", "read": "c"}}},
    }
    made = rabbitmq.generate_credentials("app", mount_point=path)
    assert made["lease_duration"] == 600
    assert broker.lets_in(made["data"]["username"], made["data"]["password"])
    client.sys.renew_lease(made["lease_id"])
    client.sys.revoke_lease(made["lease_id"])
    rabbitmq.delete_role("app", mount_point=path)
    with pytest.raises(exceptions.InvalidPath):
        rabbitmq.read_role("app", mount_point=path)
    client.sys.disable_secrets_engine(path)
