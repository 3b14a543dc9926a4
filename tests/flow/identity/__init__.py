"""Entities, groups and what they give to tokens, over the real wiring."""
