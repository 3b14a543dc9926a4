"""Tests of templates that become files."""
