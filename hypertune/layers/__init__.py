"""The layer types and merges that come with hypertune, one to a file. Loads no torch."""

from hypertune.catalogue import LayerType, MergeType
from hypertune.layers.adaptive_avg_pool2d import ADAPTIVE_AVG_POOL2D
from hypertune.layers.add import ADD
from hypertune.layers.avg_pool2d import AVG_POOL2D
from hypertune.layers.batch_norm1d import BATCH_NORM1D
from hypertune.layers.batch_norm2d import BATCH_NORM2D
from hypertune.layers.concat import CONCAT
from hypertune.layers.conv2d import CONV2D
from hypertune.layers.dropout import DROPOUT
from hypertune.layers.dropout2d import DROPOUT2D
from hypertune.layers.flatten import FLATTEN
from hypertune.layers.gelu import GELU
from hypertune.layers.gru import GRU
from hypertune.layers.leaky_relu import LEAKY_RELU
from hypertune.layers.linear import LINEAR
from hypertune.layers.lstm import LSTM
from hypertune.layers.max_pool2d import MAX_POOL2D
from hypertune.layers.relu import RELU
from hypertune.layers.rnn import RNN
from hypertune.layers.sigmoid import SIGMOID
from hypertune.layers.silu import SILU
from hypertune.layers.tanh import TANH

STANDARD: tuple[LayerType, ...] = (
    LINEAR,
    CONV2D,
    BATCH_NORM1D,
    BATCH_NORM2D,
    DROPOUT,
    DROPOUT2D,
    RELU,
    LEAKY_RELU,
    GELU,
    SILU,
    SIGMOID,
    TANH,
    FLATTEN,
    MAX_POOL2D,
    AVG_POOL2D,
    ADAPTIVE_AVG_POOL2D,
    LSTM,
    GRU,
    RNN,
)

MERGES: tuple[MergeType, ...] = (ADD, CONCAT)
