"""Fuzzing what reads the stores of stopped servers."""
