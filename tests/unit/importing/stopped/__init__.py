"""Unit tests of the stores of stopped servers."""
