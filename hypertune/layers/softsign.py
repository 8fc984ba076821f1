"""`softsign`: x / (1 + |x|)."""

from hypertune.layers.elementwise import elementwise

SOFTSIGN = elementwise("softsign", "x / (1 + |x|).", "Softsign")
