"""How many examples pass through the network at once where it is only evaluated."""

EVALUATED_AT_ONCE = 1024
