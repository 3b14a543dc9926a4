"""Tests of `strongroom.barrier`."""
