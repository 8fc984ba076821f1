"""`instance_norm2d`: each channel of each image, normalised."""

from hypertune.layers.instance_norm import instance_norm

INSTANCE_NORM2D = instance_norm(2)
