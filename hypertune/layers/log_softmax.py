"""`log_softmax(dim)`: the logarithms of shares that add up to one along an axis."""

from hypertune.layers.softmax import shares

LOG_SOFTMAX = shares(
    "log_softmax",
    "The logarithms of shares that add up to one along an axis: x - log(sum of exp(x)).",
    "LogSoftmax",
)
