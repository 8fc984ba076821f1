"""A training from its beginning in a run folder to the plain network: start, resume, export."""
