"""`adaptive_max_pool1d`: the largest numbers of as many windows of a sequence as are asked for."""

from hypertune.layers.pools import adaptive_max_pool

ADAPTIVE_MAX_POOL1D = adaptive_max_pool(1)
