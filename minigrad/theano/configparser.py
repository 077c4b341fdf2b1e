"""``theano.configparser``: settings, and changing them for a while."""

from ..core.configuration import Config, config

change_flags = config.change_flags

__all__ = ["Config", "change_flags", "config"]
