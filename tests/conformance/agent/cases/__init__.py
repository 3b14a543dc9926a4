"""Templates whose results the reference agent made: how they are kept, made again, and compared with ours."""
