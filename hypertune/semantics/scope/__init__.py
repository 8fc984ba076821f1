"""What names stand for, and what is found while a spec is read."""
