"""Secrets engines of one database each, `mysql` and `postgresql`, as servers until 2017 had them."""

from strongroom.engines.one_database.engine import MysqlEngine, PostgresqlEngine

__all__ = ["MysqlEngine", "PostgresqlEngine"]
