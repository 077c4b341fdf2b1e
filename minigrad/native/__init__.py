"""Planned programs as fused loops in C, where there is a compiler: mode ``"C"``.

This layer is optional: without it, all programs are NumPy's.
"""

from .compiler import has_compiler
from .programs import NativePrograms

__all__ = ["NativePrograms", "has_compiler"]
