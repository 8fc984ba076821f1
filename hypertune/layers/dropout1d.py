"""`dropout1d(p)`: zeroes whole channels of a sequence at random."""

from hypertune.layers.channel_dropout import channel_dropout

DROPOUT1D = channel_dropout(1)
