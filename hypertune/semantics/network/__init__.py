"""`model`: a graph of nodes, every shape inferred."""
