"""``theano.compile.monitormode``: the mode that shows each operation to functions of yours."""

from ...compile.inspect.monitormode import MonitorMode, detect_nan

__all__ = ["MonitorMode", "detect_nan"]
