"""The locks of the library. A process that is forked while another thread holds one finds it free.

Take them as ``with locks.UPDATING``, by the module: the child of a fork may have new ones.
"""

from __future__ import annotations

import os
import threading

# Held by whoever replaces a shared value by one that is made of the old: no change gets lost, and
# functions with updates, one after the other, see what the last one left.
UPDATING = threading.RLock()

# Held while an output is made anew, so that two threads do not make two of it.
MAKING_ANEW = threading.RLock()


def _renew() -> None:
    """Replace the locks that a thread of the parent's holds, which is not there to release them.

    Those of the thread that has forked are released by it, in the child too.
    """
    for name in ("UPDATING", "MAKING_ANEW"):
        lock = globals()[name]
        if lock.acquire(blocking=False):
            lock.release()
        else:
            globals()[name] = threading.RLock()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_renew)
