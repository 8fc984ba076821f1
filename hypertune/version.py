"""Which hypertune this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "hypertune-stn"


def installed_version(distribution: str = DISTRIBUTION) -> str:
    """The version of a package; `unknown` if it runs from a checkout that is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"
