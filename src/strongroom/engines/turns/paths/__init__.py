"""The paths of the engine `turns`, a file for each noun."""
