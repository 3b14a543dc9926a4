"""Several hosts in one connection URL, in each order."""

from __future__ import annotations

import pytest

pytest.importorskip("psycopg")

from strongroom.storage.postgresql.connections import in_each_order


def test_each_host_comes_first_once_with_its_port() -> None:
    """Lists of one length turn together."""
    assert in_each_order({"host": "a,b,c", "port": "1,2,3", "user": "u"}) == [
        {"host": "a,b,c", "port": "1,2,3"},
        {"host": "b,c,a", "port": "2,3,1"},
        {"host": "c,a,b", "port": "3,1,2"},
    ]


def test_one_port_counts_for_all() -> None:
    """It isn't a list, so it stays."""
    assert in_each_order({"host": "a,b", "port": "5432"}) == [{"host": "a,b"}, {"host": "b,a"}]


@pytest.mark.parametrize("parameters", [{}, {"host": "a"}, {"host": "a", "port": "1"}, {"service": "s"}])
def test_one_host_is_tried_once(parameters: dict[str, str]) -> None:
    """Whatever of it is given, also if the file of a service names it."""
    assert len(in_each_order(parameters)) == 1
