"""What becomes of a key in time: rotations, minimum versions, trimming, deletion."""
