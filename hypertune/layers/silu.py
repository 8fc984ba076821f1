"""`silu`: x times its sigmoid."""

from hypertune.layers.elementwise import elementwise

SILU = elementwise("silu", "x times its sigmoid.", "SiLU")
