"""Plan programs for the sizes of a function's calls. Without it, minigrad computes the same."""

from __future__ import annotations

from .plans import PlannedPrograms

__all__ = ["PlannedPrograms"]
