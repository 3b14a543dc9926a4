"""Roles whose rules are programs of the Common Expression Language."""
