"""One problem, one loop; the method is a value handed to it."""
