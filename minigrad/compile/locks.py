"""The lock of the library. A process that is forked while another thread holds it finds it free.

Take it as ``with locks.UPDATING``, by the module: the child of a fork may have a new one.
"""

from __future__ import annotations

import os
import threading

# Held while a shared value is replaced by one that is made of it: so no change gets lost, and each
# function with updates sees the values that the last one stored.
UPDATING = threading.RLock()


def _renew() -> None:
    """Replace the lock if a thread of the parent holds it, which the child lacks."""
    global UPDATING
    if UPDATING.acquire(blocking=False):
        UPDATING.release()
    else:
        UPDATING = threading.RLock()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_renew)
