"""``theano.tests``: what programs use for their own tests."""

from . import unittest_tools

__all__ = ["unittest_tools"]
