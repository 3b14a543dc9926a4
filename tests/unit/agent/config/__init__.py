"""Tests of the agent's configuration."""
