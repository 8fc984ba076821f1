"""`conv2d(out_channels, kernel_size)`: a convolution of an image, which responds."""

from hypertune.layers.convolutions import convolution

CONV2D = convolution(2)
