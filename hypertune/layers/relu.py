"""`relu`: max(x, 0)."""

from hypertune.layers.elementwise import elementwise

RELU = elementwise("relu", "max(x, 0).", "ReLU")
