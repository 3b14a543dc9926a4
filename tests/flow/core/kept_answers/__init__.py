"""Answers that are kept: each is what a node without any would give, at any time and after any change."""
