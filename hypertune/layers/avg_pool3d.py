"""`avg_pool3d(kernel_size)`: the mean of every window of a volume."""

from hypertune.layers.pools import avg_pool

AVG_POOL3D = avg_pool(3)
