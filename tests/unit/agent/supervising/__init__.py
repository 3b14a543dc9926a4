"""Tests of a program that is supervised."""
