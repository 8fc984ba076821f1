"""`max_pool3d`: the largest number of every window of a volume."""

from hypertune.layers.pools import max_pool

MAX_POOL3D = max_pool(3)
