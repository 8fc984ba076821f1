"""`conv3d(out_channels, kernel_size)`: a convolution of a volume, which responds."""

from hypertune.layers.convolutions import convolution

CONV3D = convolution(3)
