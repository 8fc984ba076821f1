"""`batch_norm2d`: each channel of an image, normalised over the batch."""

from hypertune.layers.batch_norm import batch_norm

BATCH_NORM2D = batch_norm(2, (3,), "Normalises each channel of an image")
