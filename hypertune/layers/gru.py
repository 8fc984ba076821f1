"""`gru(hidden_size)`: gated recurrent units, whose gates respond."""

from __future__ import annotations

from hypertune.layers.recurrence import recurrent_type

GRU = recurrent_type(
    "gru",
    "Gated recurrent units over sequences; respond by rescaling the rows of second gates.",
    torch="GRU",
    gates=3,
)
