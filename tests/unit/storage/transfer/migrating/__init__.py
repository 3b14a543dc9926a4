"""Unit tests of moves between stores."""
