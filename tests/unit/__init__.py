"""Unit tests, laid out as the source."""
