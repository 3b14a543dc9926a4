"""A certificate names what was proved, no more and no less."""

from __future__ import annotations

import pytest

from strongroom.crypto.issuing.contents import Names
from strongroom.engines.pki.acme.issuing import check_same
from strongroom.engines.pki.acme.records import Identifier, Order
from strongroom.lib.errors import InvalidRequest

ORDER = Order(
    account="a",
    directory="acme",
    identifiers=(Identifier(type="dns", value="a.example"), Identifier(type="ip", value="192.0.2.1")),
    authorizations=("1", "2"),
    created_at=0.0,
    expires_at=1.0,
)


@pytest.mark.parametrize("dns", ["a.example", "A.Example"])
def test_the_same_names(dns: str) -> None:
    """Letter case doesn't count."""
    check_same(Names(dns=(dns,), ips=("192.0.2.1",)), ORDER)


@pytest.mark.parametrize(
    "names",
    [
        Names(),
        Names(dns=("a.example",)),
        Names(ips=("192.0.2.1",)),
        Names(dns=("a.example", "b.example"), ips=("192.0.2.1",)),
        Names(dns=("a.example",), ips=("192.0.2.1", "192.0.2.2")),
        Names(dns=("a.example", "192.0.2.1")),
        Names(dns=("*.example",), ips=("192.0.2.1",)),
        Names(dns=("a.example",), ips=("192.0.2.1",), emails=("me@a.example",)),
        Names(dns=("a.example",), ips=("192.0.2.1",), uris=("a://a.example",)),
        Names(dns=("a.example",), ips=("192.0.2.1",), others=(("1.2.3", "a"),)),
    ],
)
def test_other_names(names: Names) -> None:
    """What a role would leave out or add isn't certified."""
    with pytest.raises(InvalidRequest, match="other names of those that were ordered"):
        check_same(names, ORDER)
