"""Tests of generated configurations."""
