"""``theano.tests.breakpoint``: stopping in the debugger while a program runs."""

from ...ops.checking import PdbBreakpoint

__all__ = ["PdbBreakpoint"]
