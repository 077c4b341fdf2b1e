"""``theano.compile.mode``: how functions are compiled."""

from ...core.configuration import config


def get_default_mode() -> str:
    """``config.mode``, by which functions are compiled that are told nothing else."""
    return config.mode


__all__ = ["get_default_mode"]
