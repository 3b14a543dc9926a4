"""Tests of the commands about the agent."""
