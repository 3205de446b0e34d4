"""Becomes a command that dies with its parent: `python tether.py PARENT-PID COMMAND…`.

A program of its own: asking for this between fork and exec would run Python in a copy of a process with threads, which can
deadlock. It imports nothing of ours, so that it starts in milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # Who lost the parent before asking is never told.
        if os.getppid() != int(parent):
            sys.exit(f"the parent of {command[0]} is gone")
    os.execv(command[0], command)  # noqa: S606 - the argument list is our own, and no shell is wanted


if __name__ == "__main__":
    main()
