"""Printing: papers go to the press, a process of its own, few at a time and not for ever."""

import base64
import json
import os
import subprocess
import sys
import threading

from activities.documents.papers import style
from activities.documents.press import NO_PRINTER
from activities.failures import ForeseenFailure

AT_A_TIME = 2
"""Presses of one process: each keeps a core busy."""
WAITING = 5.0
"""Seconds for one to be free, and"""
PATIENCE = 60.0
"""for one to be ready."""
COMMAND = ("-m", "activities.documents.press")
"""Said with -P: whatever lies around where we were started is no module of ours."""
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "XDG_CACHE_HOME", "XDG_DATA_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "TMPDIR")
"""Of the environment the press has what fonts are found by, and no credentials."""


class NotPrinted(ForeseenFailure):
    """There is no PDF; papers can still be printed by a browser."""


class NoPrinter(NotPrinted):
    """This machine cannot make PDFs now."""


class PaperFails(NotPrinted):
    """These papers cannot be made PDFs of; others may."""


class Printer:
    """Share one between threads."""

    def __init__(self, patience: float = PATIENCE, waiting: float = WAITING) -> None:
        self._presses = threading.BoundedSemaphore(AT_A_TIME)
        self._patience, self._waiting = patience, waiting

    def print(self, papers: list[str], patience: float | None = None) -> list[bytes]:
        """Each as a PDF, the same bytes for the same paper. Raises NotPrinted."""
        if not self._presses.acquire(timeout=self._waiting):
            raise NoPrinter("too much is being printed; try again in a moment")
        try:
            return pressed(papers, patience or self._patience)
        finally:
            self._presses.release()


def pressed(papers: list[str], patience: float) -> list[bytes]:
    asked = json.dumps({"style": style(), "papers": papers}).encode()
    command = [sys.executable, "-P", *COMMAND]
    # What the fonts in a PDF were cut out at is no news: the same paper is the same bytes.
    environment = {"SOURCE_DATE_EPOCH": "0", **{name: os.environ[name] for name in KEPT if name in os.environ}}
    try:
        done = subprocess.run(command, input=asked, capture_output=True, timeout=patience, env=environment, check=False)
    except subprocess.TimeoutExpired:
        raise PaperFails("printing took too long") from None
    except OSError as error:
        raise NoPrinter(f"the press cannot be started: {error.strerror}") from error
    told = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode == NO_PRINTER:
        raise NoPrinter(told)
    if done.returncode != 0:
        raise PaperFails(f"printing failed: {told.splitlines()[-1] if told else done.returncode}")
    return [base64.b64decode(pdf) for pdf in json.loads(done.stdout)["pdfs"]]
