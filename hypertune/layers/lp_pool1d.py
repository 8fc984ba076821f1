"""`lp_pool1d`: the norm of every window of a sequence."""

from hypertune.layers.pools import lp_pool

LP_POOL1D = lp_pool(1)
