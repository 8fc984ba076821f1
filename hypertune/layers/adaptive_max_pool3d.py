"""`adaptive_max_pool3d`: the largest numbers of as many windows of a volume as are asked for."""

from hypertune.layers.pools import adaptive_max_pool

ADAPTIVE_MAX_POOL3D = adaptive_max_pool(3)
