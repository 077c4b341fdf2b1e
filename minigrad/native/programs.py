"""The programs of a function whose plans are computed by loops in C: see `regions`."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from ..core.graph import Variable
from ..planner.plans import PlannedPrograms
from ..planner.specialise import improve_before_cutting
from ..rewrite.engine import Rewriter
from .compiler import CompilerError
from .expansions import EXPANSIONS
from .regions import Region, in_regions


class NativePrograms(PlannedPrograms):
    """Programs planned as loops in C; without a compiler, as NumPy programs.

    A warning says so, once.
    """

    def _grouped(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable]
    ) -> Sequence[Variable]:
        try:
            expanded = improve_before_cutting(outputs)
            for rules in EXPANSIONS:
                expanded = Rewriter(rules).final(expanded)
            return in_regions(expanded)
        except CompilerError as error:
            _tell(str(error))
            return super()._grouped(inputs, outputs)

    def free(self) -> None:
        super().free()
        for program in self._planned.values():
            for node in program.printed.plan.graph.nodes:
                if isinstance(node.op, Region):
                    node.op.call.free()


_told = False


def _tell(what: str) -> None:
    """Warn of what is wrong with the compiler, once."""
    global _told
    if not _told:
        _told = True
        warnings.warn(f"mode 'C': {what}; NumPy computes instead", RuntimeWarning, stacklevel=2)
