"""Tests of the commands of the group `pki`."""
