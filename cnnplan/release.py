"""Which cnnplan this is."""

from __future__ import annotations

__all__ = ["UNKNOWN", "version"]

UNKNOWN = "0.0.0"
"""The version of a checkout that was never installed."""


def version() -> str:
    """The version of the installed package, such as "0.1.0"; "0.0.0" where it is not installed."""
    from importlib import metadata  # noqa: PLC0415 - it costs a quarter of a command line, and few ask

    try:
        return metadata.version("cnnplan")
    except metadata.PackageNotFoundError:
        return UNKNOWN
