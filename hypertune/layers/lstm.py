"""`lstm(hidden_size)`: long short-term memory, whose gates respond."""

from __future__ import annotations

from hypertune.layers.recurrence import recurrent_type

LSTM = recurrent_type(
    "lstm",
    "Long short-term memory over sequences; responds by rescaling the rows of second gates.",
    torch="LSTM",
    gates=4,
)
