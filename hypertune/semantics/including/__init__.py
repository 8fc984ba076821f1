"""The files of a spec, and what is changed in them from outside."""
