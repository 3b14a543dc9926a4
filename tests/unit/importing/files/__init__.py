"""Unit tests of files of other programs."""
