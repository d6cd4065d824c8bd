"""Vayro: self-hosted short-link infrastructure. Create a link once, use it everywhere, lose no click."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("vayro")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0.0.0"
