"""`conv_transpose3d(out_channels, kernel_size)`: a transposed convolution of a volume."""

from hypertune.layers.convolutions import transposed_convolution

CONV_TRANSPOSE3D = transposed_convolution(3)
