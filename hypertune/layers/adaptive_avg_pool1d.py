"""`adaptive_avg_pool1d`: means of as many windows of a sequence as are asked for."""

from hypertune.layers.pools import adaptive_avg_pool

ADAPTIVE_AVG_POOL1D = adaptive_avg_pool(1)
