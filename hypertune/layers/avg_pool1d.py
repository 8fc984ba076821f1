"""`avg_pool1d`: the mean of every window of a sequence."""

from hypertune.layers.pools import avg_pool

AVG_POOL1D = avg_pool(1)
