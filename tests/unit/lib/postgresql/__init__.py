"""Tests of what is known of PostgreSQL apart from the store."""
