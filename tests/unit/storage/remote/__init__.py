"""What all stores on other machines have in common."""
