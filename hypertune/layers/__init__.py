"""The layer types and merges that come with hypertune, one to a file. Loads no torch."""

from hypertune.catalogue import LayerType, MergeType
from hypertune.layers.adaptive_avg_pool1d import ADAPTIVE_AVG_POOL1D
from hypertune.layers.adaptive_avg_pool2d import ADAPTIVE_AVG_POOL2D
from hypertune.layers.adaptive_avg_pool3d import ADAPTIVE_AVG_POOL3D
from hypertune.layers.adaptive_max_pool1d import ADAPTIVE_MAX_POOL1D
from hypertune.layers.adaptive_max_pool2d import ADAPTIVE_MAX_POOL2D
from hypertune.layers.adaptive_max_pool3d import ADAPTIVE_MAX_POOL3D
from hypertune.layers.add import ADD
from hypertune.layers.alpha_dropout import ALPHA_DROPOUT
from hypertune.layers.avg_pool1d import AVG_POOL1D
from hypertune.layers.avg_pool2d import AVG_POOL2D
from hypertune.layers.avg_pool3d import AVG_POOL3D
from hypertune.layers.batch_norm1d import BATCH_NORM1D
from hypertune.layers.batch_norm2d import BATCH_NORM2D
from hypertune.layers.celu import CELU
from hypertune.layers.concat import CONCAT
from hypertune.layers.conv1d import CONV1D
from hypertune.layers.conv2d import CONV2D
from hypertune.layers.conv3d import CONV3D
from hypertune.layers.conv_transpose1d import CONV_TRANSPOSE1D
from hypertune.layers.conv_transpose2d import CONV_TRANSPOSE2D
from hypertune.layers.conv_transpose3d import CONV_TRANSPOSE3D
from hypertune.layers.dropout import DROPOUT
from hypertune.layers.dropout1d import DROPOUT1D
from hypertune.layers.dropout2d import DROPOUT2D
from hypertune.layers.dropout3d import DROPOUT3D
from hypertune.layers.elu import ELU
from hypertune.layers.embedding import EMBEDDING
from hypertune.layers.feature_alpha_dropout import FEATURE_ALPHA_DROPOUT
from hypertune.layers.flatten import FLATTEN
from hypertune.layers.gelu import GELU
from hypertune.layers.glu import GLU
from hypertune.layers.group_norm import GROUP_NORM
from hypertune.layers.gru import GRU
from hypertune.layers.hardsigmoid import HARDSIGMOID
from hypertune.layers.hardswish import HARDSWISH
from hypertune.layers.hardtanh import HARDTANH
from hypertune.layers.instance_norm1d import INSTANCE_NORM1D
from hypertune.layers.instance_norm2d import INSTANCE_NORM2D
from hypertune.layers.instance_norm3d import INSTANCE_NORM3D
from hypertune.layers.layer_norm import LAYER_NORM
from hypertune.layers.leaky_relu import LEAKY_RELU
from hypertune.layers.linear import LINEAR
from hypertune.layers.locked_dropout import LOCKED_DROPOUT
from hypertune.layers.log_softmax import LOG_SOFTMAX
from hypertune.layers.logsigmoid import LOGSIGMOID
from hypertune.layers.lp_pool1d import LP_POOL1D
from hypertune.layers.lp_pool2d import LP_POOL2D
from hypertune.layers.lp_pool3d import LP_POOL3D
from hypertune.layers.lstm import LSTM
from hypertune.layers.max_pool1d import MAX_POOL1D
from hypertune.layers.max_pool2d import MAX_POOL2D
from hypertune.layers.max_pool3d import MAX_POOL3D
from hypertune.layers.mean import MEAN
from hypertune.layers.mish import MISH
from hypertune.layers.mul import MUL
from hypertune.layers.multi_head_attention import MULTI_HEAD_ATTENTION
from hypertune.layers.noise import NOISE
from hypertune.layers.pixel_shuffle import PIXEL_SHUFFLE
from hypertune.layers.prelu import PRELU
from hypertune.layers.relu import RELU
from hypertune.layers.relu6 import RELU6
from hypertune.layers.reshape import RESHAPE
from hypertune.layers.rms_norm import RMS_NORM
from hypertune.layers.rnn import RNN
from hypertune.layers.scale import SCALE
from hypertune.layers.select import SELECT
from hypertune.layers.selu import SELU
from hypertune.layers.sigmoid import SIGMOID
from hypertune.layers.silu import SILU
from hypertune.layers.softmax import SOFTMAX
from hypertune.layers.softplus import SOFTPLUS
from hypertune.layers.softsign import SOFTSIGN
from hypertune.layers.tanh import TANH
from hypertune.layers.torchvision import TORCHVISION
from hypertune.layers.transformer_encoder import TRANSFORMER_ENCODER
from hypertune.layers.transpose import TRANSPOSE
from hypertune.layers.upsample import UPSAMPLE

STANDARD: tuple[LayerType, ...] = (
    LINEAR,
    EMBEDDING,
    CONV2D,
    BATCH_NORM1D,
    BATCH_NORM2D,
    DROPOUT,
    DROPOUT2D,
    LOCKED_DROPOUT,
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
    SOFTPLUS,
    ELU,
    SELU,
    CELU,
    MISH,
    HARDSWISH,
    HARDSIGMOID,
    HARDTANH,
    RELU6,
    SOFTSIGN,
    LOGSIGMOID,
    SOFTMAX,
    LOG_SOFTMAX,
    GLU,
    PRELU,
    CONV1D,
    CONV3D,
    CONV_TRANSPOSE1D,
    CONV_TRANSPOSE2D,
    CONV_TRANSPOSE3D,
    MAX_POOL1D,
    MAX_POOL3D,
    AVG_POOL1D,
    ADAPTIVE_AVG_POOL1D,
    ADAPTIVE_AVG_POOL3D,
    ADAPTIVE_MAX_POOL1D,
    ADAPTIVE_MAX_POOL2D,
    ADAPTIVE_MAX_POOL3D,
    DROPOUT1D,
    DROPOUT3D,
    PIXEL_SHUFFLE,
    LAYER_NORM,
    RMS_NORM,
    GROUP_NORM,
    INSTANCE_NORM1D,
    INSTANCE_NORM2D,
    INSTANCE_NORM3D,
    AVG_POOL3D,
    MULTI_HEAD_ATTENTION,
    TRANSFORMER_ENCODER,
    ALPHA_DROPOUT,
    FEATURE_ALPHA_DROPOUT,
    NOISE,
    SCALE,
    UPSAMPLE,
    RESHAPE,
    TRANSPOSE,
    SELECT,
    LP_POOL1D,
    LP_POOL2D,
    LP_POOL3D,
)

MERGES: tuple[MergeType, ...] = (ADD, CONCAT, MUL, MEAN)

# Networks of other libraries, which are layers here.
NETWORKS: tuple[LayerType, ...] = (TORCHVISION,)
