"""`adaptive_avg_pool2d`: means of as many windows of an image as are asked for."""

from hypertune.layers.pools import adaptive_avg_pool

ADAPTIVE_AVG_POOL2D = adaptive_avg_pool(2)
