"""Programs for those who work on Strongroom."""
