"""What a running process tells about itself when it is asked by a signal."""
