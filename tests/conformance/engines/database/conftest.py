"""A real PostgreSQL for the tests here."""

from tests.conformance.postgres import postgresql_server

__all__ = ["postgresql_server"]
