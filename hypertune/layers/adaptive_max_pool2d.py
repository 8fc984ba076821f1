"""`adaptive_max_pool2d`: the largest numbers of as many windows of an image as are asked for."""

from hypertune.layers.pools import adaptive_max_pool

ADAPTIVE_MAX_POOL2D = adaptive_max_pool(2)
