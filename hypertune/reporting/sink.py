"""A sink is a function of an event."""

from __future__ import annotations

from collections.abc import Callable

from hypertune.runtime import Event

Sink = Callable[[Event], None]
