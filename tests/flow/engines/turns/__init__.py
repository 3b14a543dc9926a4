"""The engine `turns`, by requests."""
