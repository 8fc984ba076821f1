"""`max_pool2d`: the largest number of every window of an image."""

from hypertune.layers.pools import max_pool

MAX_POOL2D = max_pool(2)
