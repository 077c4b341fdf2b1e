"""The core, whole by itself: graphs, derivatives, values. It needs NumPy and nothing else.

Read it in this order: `graph` (what an expression is), `types` (what a tensor can be), `axes` (what
broadcasting is made of), `elementwise` and `table` (functions of elements, each beside its
derivative), `operators`, `backprop` (the derivative of an expression is an expression), `evaluate`
(its value), `sharing` (values that last). The rest is craft: `configuration`, `credit`.

Other layers add to it, by `graph.extend`: what compilers ask, better printing, care with what users
pass (`protocol`), more functions (`ops`), methods (`tensor`).
"""

from . import operators

__all__ = ["operators"]
