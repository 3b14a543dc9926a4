"""What `sys/tools` and the transit engine offer alike: digests and random bytes, without state."""
