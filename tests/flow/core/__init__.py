"""The pipeline with the real wiring."""
