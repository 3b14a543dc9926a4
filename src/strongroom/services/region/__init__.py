"""Regions: which one writes, which ones follow, and what they say to each other."""
