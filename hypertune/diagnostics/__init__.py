"""Places in a source, things to say about them, and how they look. Imports nothing of ours."""

from hypertune.diagnostics.diagnostic import (
    Diagnostic as Diagnostic,
    Help as Help,
    Note as Note,
    closest as closest,
    did_you_mean as did_you_mean,
    nearest as nearest,
)
from hypertune.diagnostics.example import (
    BARE as BARE,
    LAYERS as LAYERS,
    NUMBERS as NUMBERS,
    PLAIN as PLAIN,
    TEXT as TEXT,
    TUNED as TUNED,
    Example as Example,
)
from hypertune.diagnostics.machine import as_json as as_json
from hypertune.diagnostics.rendering import render as render, render_all as render_all
from hypertune.diagnostics.source import Source as Source, Span as Span
from hypertune.diagnostics.spec_error import (
    SpecError as SpecError,
    in_source_order as in_source_order,
)
