"""Recurrent networks whose gates respond: kernels as pure functions of tensors."""

from hypertune.response.recurrent.deep import (
    deep_linearised as deep_linearised,
    deep_recurrent as deep_recurrent,
)
from hypertune.response.recurrent.gates import GateMap as GateMap
from hypertune.response.recurrent.gru import GRU as GRU
from hypertune.response.recurrent.layer import Recurrent as Recurrent
from hypertune.response.recurrent.lstm import LSTM as LSTM
from hypertune.response.recurrent.rnn import RNN as RNN
from hypertune.response.recurrent.sequence import linearised as linearised, recurrent as recurrent
