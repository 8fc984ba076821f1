"""`instance_norm3d`: each channel of each volume, normalised."""

from hypertune.layers.instance_norm import instance_norm

INSTANCE_NORM3D = instance_norm(3)
