"""`conv_transpose2d(out_channels, kernel_size)`: a transposed convolution of an image."""

from hypertune.layers.convolutions import transposed_convolution

CONV_TRANSPOSE2D = transposed_convolution(2)
