"""`lp_pool2d`: the norm of every window of an image."""

from hypertune.layers.pools import lp_pool

LP_POOL2D = lp_pool(2)
