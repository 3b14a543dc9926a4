"""Tests of the commands of `import`."""
