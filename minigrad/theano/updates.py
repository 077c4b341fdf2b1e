"""``theano.updates``: updates as an ordered dict, as every dict is now."""

from __future__ import annotations

from ..compile.updates import OrderedUpdates

__all__ = ["OrderedUpdates"]
