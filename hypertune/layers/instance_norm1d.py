"""`instance_norm1d`: each channel of each sequence, normalised."""

from hypertune.layers.instance_norm import instance_norm

INSTANCE_NORM1D = instance_norm(1)
