"""``theano.tests``: what programs use for their own tests."""

from . import breakpoint, unittest_tools

__all__ = ["breakpoint", "unittest_tools"]
