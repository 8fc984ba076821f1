"""`conv_transpose1d(out_channels, kernel_size)`: a transposed convolution of a sequence."""

from hypertune.layers.convolutions import transposed_convolution

CONV_TRANSPOSE1D = transposed_convolution(1)
