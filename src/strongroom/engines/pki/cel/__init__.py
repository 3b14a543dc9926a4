"""Roles that are programs: expressions that decide what a certificate says."""
