"""A program written out as a spec that compiles to the equal program."""

from hypertune.emitting.spec_text.spec import print_spec as print_spec
