"""The lock of the library. A process that is forked while another thread holds it finds it free.

Take it as ``with locks.UPDATING``, by the module: the child of a fork may have a new one.
"""

from __future__ import annotations

import os
import threading

# Held by whoever replaces a shared value by one that is made of the old: no change gets lost, and
# functions with updates, one after the other, see what the last one left.
UPDATING = threading.RLock()


def _renew() -> None:
    """Replace the lock if a thread of the parent's holds it, which is not there to release it."""
    global UPDATING
    if UPDATING.acquire(blocking=False):
        UPDATING.release()
    else:
        UPDATING = threading.RLock()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_renew)
