"""`conv1d(out_channels, kernel_size)`: a convolution of a sequence, which responds."""

from hypertune.layers.convolutions import convolution

CONV1D = convolution(1)
