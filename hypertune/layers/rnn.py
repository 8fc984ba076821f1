"""`rnn(hidden_size)`: a plain recurrent network, whose rows respond."""

from __future__ import annotations

from hypertune.layers.recurrence import recurrent_type

RNN = recurrent_type(
    "rnn",
    "h' = tanh(Wx + b + Rh + c) over sequences; responds by rescaling the rows of second weights.",
    torch="RNN",
    gates=1,
)
