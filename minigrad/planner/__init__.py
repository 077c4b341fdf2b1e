"""Plan programs for the sizes of a function's calls. Without it, minigrad computes the same.

A planned program is one for known sizes: its graph is rewritten for these, and results have buffers.
Its steps are a `compile.plan.Plan`, as those of every program.
"""

from __future__ import annotations

from .plans import PlannedPrograms

__all__ = ["PlannedPrograms"]
