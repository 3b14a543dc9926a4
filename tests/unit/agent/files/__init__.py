"""Tests of files that the agent reads and writes."""
