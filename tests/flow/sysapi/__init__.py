"""System paths over the real wiring."""
