"""Everything that can be wrong with the meaning of a spec, by theme."""
