"""`lp_pool3d`: the norm of every window of a volume."""

from hypertune.layers.pools import lp_pool

LP_POOL3D = lp_pool(3)
