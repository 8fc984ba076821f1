"""Every layer type that comes with hypertune keeps the laws."""

from attrs import evolve
from hypothesis import strategies as st

from hypertune import layers
from hypertune.catalogue import LayerType, WrongShape
from hypertune.layers.adaptive_avg_pool1d import ADAPTIVE_AVG_POOL1D
from hypertune.layers.adaptive_avg_pool2d import ADAPTIVE_AVG_POOL2D
from hypertune.layers.adaptive_avg_pool3d import ADAPTIVE_AVG_POOL3D
from hypertune.layers.adaptive_max_pool1d import ADAPTIVE_MAX_POOL1D
from hypertune.layers.adaptive_max_pool2d import ADAPTIVE_MAX_POOL2D
from hypertune.layers.adaptive_max_pool3d import ADAPTIVE_MAX_POOL3D
from hypertune.layers.alpha_dropout import ALPHA_DROPOUT
from hypertune.layers.avg_pool1d import AVG_POOL1D
from hypertune.layers.avg_pool2d import AVG_POOL2D
from hypertune.layers.avg_pool3d import AVG_POOL3D
from hypertune.layers.batch_norm1d import BATCH_NORM1D
from hypertune.layers.batch_norm2d import BATCH_NORM2D
from hypertune.layers.celu import CELU
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
from hypertune.layers.mish import MISH
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
from hypertune.layers.transformer_encoder import TRANSFORMER_ENCODER
from hypertune.layers.transpose import TRANSPOSE
from hypertune.layers.upsample import UPSAMPLE
from hypertune.testing import layer_laws
from hypertune.testing.case import Case
from hypertune.testing.drawing import cases


def short(kind: LayerType) -> st.SearchStrategy[Case]:
    """Uses of a recurrent kind on two or three steps, with one layer, or in a quarter two."""

    def shortened(case: Case) -> Case:
        steps, layers = 2 + case.shape[0] % 2, 1 + (case.args["num_layers"] == 4)
        return evolve(case, shape=(steps, case.shape[1]), args={**case.args, "num_layers": layers})

    return cases(kind).map(shortened)


def attending(kind: LayerType) -> st.SearchStrategy[Case]:
    """Uses of attention on few steps, with features that divide into its heads; few layers."""

    def sized(case: Case) -> Case:
        args = dict(case.args)
        heads = args["num_heads" if "num_heads" in args else "nhead"] = 1 + case.seed % 2
        if "num_layers" in args:
            # Of one relu for a few steps a fourth let nothing through; of 32 some always do.
            args |= {"num_layers": 1 + case.seed % 3 // 2, "dim_feedforward": 32 + case.seed % 5}
        steps, size = 1 + case.shape[0] % 4, heads * max(case.shape[1], 2)
        return evolve(case, shape=(steps, size), args=args)

    return cases(kind).map(sized)


def reshaping() -> st.SearchStrategy[Case]:
    """Uses of reshape: layouts of six numbers, one axis of which may be left open."""
    shapes = st.sampled_from([(6,), (2, 3), (1, 3, 2)])
    layouts = st.sampled_from([6, (6,), (3, 2), (-1, 2), (1, 3, 2), (3, -1, 1), -1])
    args = st.fixed_dictionaries({"shape": layouts})
    few, seeds = st.integers(1, 4), st.integers(0, 2**16 - 1)
    return st.builds(Case, st.just(RESHAPE), args, shapes, st.just(0), few, seeds)


def joining(kind: LayerType) -> st.SearchStrategy[Case]:
    """Uses of a normalisation of the last axes: of one unsaid, or of some of them together."""

    def joined(case: Case) -> Case:
        last = case.seed % 4 % (len(case.shape) + 1)
        said = {"normalized_shape": case.shape[-last:] if last else None}
        return evolve(case, args={**case.args, **said})

    unsaid = tuple(arg for arg in kind.args if arg.name != "normalized_shape")
    drawn = cases(evolve(kind, args=unsaid, output=lambda args, shape: shape))
    return drawn.map(lambda case: joined(evolve(case, kind=kind))).filter(fits)


def fits(case: Case) -> bool:
    """Whether the kind takes arguments and shape together."""
    try:
        case.kind.output(case.args, case.shape)
    except WrongShape:
        return False
    return True


@layer_laws(LINEAR)
def test_linear(law):
    law()


@layer_laws(EMBEDDING)
def test_embedding(law):
    law()


@layer_laws(LOCKED_DROPOUT)
def test_locked_dropout(law):
    law()


@layer_laws(CONV2D)
def test_conv2d(law):
    law()


@layer_laws(BATCH_NORM1D)
def test_batch_norm1d(law):
    law()


@layer_laws(BATCH_NORM2D)
def test_batch_norm2d(law):
    law()


@layer_laws(DROPOUT)
def test_dropout(law):
    law()


@layer_laws(DROPOUT2D)
def test_dropout2d(law):
    law()


@layer_laws(RELU)
def test_relu(law):
    law()


@layer_laws(LEAKY_RELU)
def test_leaky_relu(law):
    law()


@layer_laws(GELU)
def test_gelu(law):
    law()


@layer_laws(SILU)
def test_silu(law):
    law()


@layer_laws(SIGMOID)
def test_sigmoid(law):
    law()


@layer_laws(TANH)
def test_tanh(law):
    law()


@layer_laws(FLATTEN)
def test_flatten(law):
    law()


@layer_laws(MAX_POOL2D)
def test_max_pool2d(law):
    law()


@layer_laws(AVG_POOL2D)
def test_avg_pool2d(law):
    law()


@layer_laws(ADAPTIVE_AVG_POOL2D)
def test_adaptive_avg_pool2d(law):
    law()


@layer_laws(LSTM, short(LSTM))
def test_lstm(law):
    law()


@layer_laws(GRU, short(GRU))
def test_gru(law):
    law()


@layer_laws(RNN, short(RNN))
def test_rnn(law):
    law()


@layer_laws(SOFTPLUS, one_in=5)
def test_softplus(law):
    law()


@layer_laws(ELU, one_in=5)
def test_elu(law):
    law()


@layer_laws(SELU, one_in=5)
def test_selu(law):
    law()


@layer_laws(CELU, one_in=5)
def test_celu(law):
    law()


@layer_laws(MISH, one_in=5)
def test_mish(law):
    law()


@layer_laws(HARDSWISH, one_in=5)
def test_hardswish(law):
    law()


@layer_laws(HARDSIGMOID, one_in=5)
def test_hardsigmoid(law):
    law()


@layer_laws(HARDTANH, one_in=5)
def test_hardtanh(law):
    law()


@layer_laws(RELU6, one_in=5)
def test_relu6(law):
    law()


@layer_laws(SOFTSIGN, one_in=5)
def test_softsign(law):
    law()


@layer_laws(LOGSIGMOID, one_in=5)
def test_logsigmoid(law):
    law()


@layer_laws(SOFTMAX, one_in=3)
def test_softmax(law):
    law()


@layer_laws(LOG_SOFTMAX, one_in=3)
def test_log_softmax(law):
    law()


@layer_laws(GLU, one_in=3)
def test_glu(law):
    law()


@layer_laws(PRELU, one_in=2)
def test_prelu(law):
    law()


@layer_laws(CONV1D, one_in=5)
def test_conv1d(law):
    law()


@layer_laws(CONV3D, one_in=8)
def test_conv3d(law):
    law()


@layer_laws(CONV_TRANSPOSE1D, one_in=3)
def test_conv_transpose1d(law):
    law()


@layer_laws(CONV_TRANSPOSE2D, one_in=3)
def test_conv_transpose2d(law):
    law()


@layer_laws(CONV_TRANSPOSE3D, one_in=8)
def test_conv_transpose3d(law):
    law()


@layer_laws(MAX_POOL1D, one_in=8)
def test_max_pool1d(law):
    law()


@layer_laws(MAX_POOL3D, one_in=8)
def test_max_pool3d(law):
    law()


@layer_laws(AVG_POOL1D, one_in=8)
def test_avg_pool1d(law):
    law()


@layer_laws(ADAPTIVE_AVG_POOL1D, one_in=8)
def test_adaptive_avg_pool1d(law):
    law()


@layer_laws(ADAPTIVE_AVG_POOL3D, one_in=8)
def test_adaptive_avg_pool3d(law):
    law()


@layer_laws(ADAPTIVE_MAX_POOL1D, one_in=8)
def test_adaptive_max_pool1d(law):
    law()


@layer_laws(ADAPTIVE_MAX_POOL2D, one_in=5)
def test_adaptive_max_pool2d(law):
    law()


@layer_laws(ADAPTIVE_MAX_POOL3D, one_in=8)
def test_adaptive_max_pool3d(law):
    law()


@layer_laws(DROPOUT1D, one_in=8)
def test_dropout1d(law):
    law()


@layer_laws(DROPOUT3D, one_in=8)
def test_dropout3d(law):
    law()


@layer_laws(PIXEL_SHUFFLE, one_in=5)
def test_pixel_shuffle(law):
    law()


@layer_laws(LAYER_NORM, joining(LAYER_NORM))
def test_layer_norm(law):
    law()


@layer_laws(RMS_NORM, joining(RMS_NORM), one_in=2)
def test_rms_norm(law):
    law()


@layer_laws(GROUP_NORM)
def test_group_norm(law):
    law()


@layer_laws(INSTANCE_NORM1D, one_in=5)
def test_instance_norm1d(law):
    law()


@layer_laws(INSTANCE_NORM2D, one_in=3)
def test_instance_norm2d(law):
    law()


@layer_laws(INSTANCE_NORM3D, one_in=8)
def test_instance_norm3d(law):
    law()


@layer_laws(AVG_POOL3D, one_in=8)
def test_avg_pool3d(law):
    law()


@layer_laws(MULTI_HEAD_ATTENTION, attending(MULTI_HEAD_ATTENTION))
def test_multi_head_attention(law):
    law()


@layer_laws(TRANSFORMER_ENCODER, attending(TRANSFORMER_ENCODER), one_in=3)
def test_transformer_encoder(law):
    law()


@layer_laws(ALPHA_DROPOUT, one_in=2)
def test_alpha_dropout(law):
    law()


@layer_laws(FEATURE_ALPHA_DROPOUT, one_in=5)
def test_feature_alpha_dropout(law):
    law()


@layer_laws(NOISE)
def test_noise(law):
    law()


@layer_laws(SCALE, one_in=2)
def test_scale(law):
    law()


@layer_laws(UPSAMPLE, one_in=2)
def test_upsample(law):
    law()


@layer_laws(RESHAPE, reshaping())
def test_reshape(law):
    law()


@layer_laws(TRANSPOSE, one_in=3)
def test_transpose(law):
    law()


@layer_laws(SELECT, one_in=3)
def test_select(law):
    law()


@layer_laws(LP_POOL1D, one_in=5)
def test_lp_pool1d(law):
    law()


@layer_laws(LP_POOL2D, one_in=2)
def test_lp_pool2d(law):
    law()


@layer_laws(LP_POOL3D, one_in=8)
def test_lp_pool3d(law):
    law()


def test_that_no_layer_is_left_out():
    assert {f"test_{kind.name}" for kind in layers.STANDARD} <= globals().keys()
