"""`dropout2d(p)`: zeroes whole channels of an image at random."""

from hypertune.layers.channel_dropout import channel_dropout

DROPOUT2D = channel_dropout(2)
