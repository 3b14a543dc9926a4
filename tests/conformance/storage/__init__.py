"""The storage contract, run against every backend."""
