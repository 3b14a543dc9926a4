"""Tests of `strongroom.sealing`."""
