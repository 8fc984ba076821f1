"""`dropout3d(p)`: zeroes whole channels of a volume at random."""

from hypertune.layers.channel_dropout import channel_dropout

DROPOUT3D = channel_dropout(3)
