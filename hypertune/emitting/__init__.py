"""A program in other forms: a spec, the plain network, the source of a torch module, a drawing."""
