"""`data`, `objective` and `tune`."""
