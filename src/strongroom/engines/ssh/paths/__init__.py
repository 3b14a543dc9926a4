"""The paths of the engine, a file for each noun."""
