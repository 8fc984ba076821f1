"""`batch_norm1d`: each feature, or each channel of a sequence, normalised over the batch."""

from hypertune.layers.batch_norm import batch_norm

BATCH_NORM1D = batch_norm(1, (1, 2), "Normalises each feature, or each channel of a sequence")
