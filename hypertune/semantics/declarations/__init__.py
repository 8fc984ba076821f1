"""`let`, `hyper` and `block`, and where their names are asked for."""
