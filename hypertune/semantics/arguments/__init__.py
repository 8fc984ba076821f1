"""Values of arguments: constants, and what the declarations of kinds allow."""
