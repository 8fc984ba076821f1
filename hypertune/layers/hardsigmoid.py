"""`hardsigmoid`: x / 6 + 1 / 2, cut off at 0 and 1."""

from hypertune.layers.elementwise import elementwise

HARDSIGMOID = elementwise("hardsigmoid", "x / 6 + 1 / 2, cut off at 0 and 1.", "Hardsigmoid")
