"""`adaptive_avg_pool3d`: means of as many windows of a volume as are asked for."""

from hypertune.layers.pools import adaptive_avg_pool

ADAPTIVE_AVG_POOL3D = adaptive_avg_pool(3)
