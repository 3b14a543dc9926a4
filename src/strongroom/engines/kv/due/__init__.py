"""Secrets that are due: their custom metadata name a time at which they expire or have to be replaced."""
