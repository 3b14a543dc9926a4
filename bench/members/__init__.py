"""Stores on clusters of three members, whose leaders die and whose clients stand still."""
