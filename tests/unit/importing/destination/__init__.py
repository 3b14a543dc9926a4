"""Tests of what objects are written to."""
