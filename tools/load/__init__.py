"""Loads stores with what a large installation has, to measure what it costs."""
