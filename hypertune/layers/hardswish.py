"""`hardswish`: x times its hardsigmoid."""

from hypertune.layers.elementwise import elementwise

HARDSWISH = elementwise("hardswish", "x times its hardsigmoid.", "Hardswish")
