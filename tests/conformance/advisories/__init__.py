"""Faults that others of this API have had in their listeners and processes, tried here: one test for each advisory."""
