"""Tests of `strongroom.crypto`."""
