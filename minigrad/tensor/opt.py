"""``T.opt``: only `Assert`. Rewrites of graphs are in `minigrad.rewrite`."""

from __future__ import annotations

from ..ops.checking import Assert

__all__ = ["Assert", "assert_", "assert_op"]

assert_ = assert_op = Assert()
