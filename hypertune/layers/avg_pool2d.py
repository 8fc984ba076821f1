"""`avg_pool2d`: the mean of every window of an image."""

from hypertune.layers.pools import avg_pool

AVG_POOL2D = avg_pool(2)
