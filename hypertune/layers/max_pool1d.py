"""`max_pool1d`: the largest number of every window of a sequence."""

from hypertune.layers.pools import max_pool

MAX_POOL1D = max_pool(1)
