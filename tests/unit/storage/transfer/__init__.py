"""Unit tests of copies between stores."""
