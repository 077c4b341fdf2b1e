"""``theano.updates``: updates that are an ordered dict, which now every dict is."""

from __future__ import annotations

from ..compile.updates import OrderedUpdates

__all__ = ["OrderedUpdates"]
