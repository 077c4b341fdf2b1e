"""Plan programs for the sizes that a function meets. minigrad computes the same without it."""

from __future__ import annotations

from .plans import PlannedPrograms

__all__ = ["PlannedPrograms"]
