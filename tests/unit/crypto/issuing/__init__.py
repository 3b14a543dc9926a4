"""Tests of `strongroom.crypto.issuing`."""
