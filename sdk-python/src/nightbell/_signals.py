"""SIGTERM: the end of most jobs that somebody stops, and no exception in Python."""

from __future__ import annotations

import os
import signal
import threading

from nightbell import _log, _outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from nightbell._reporter import Reporter

_installed_pid = 0


def install(reporter: Reporter) -> None:
    """Report a SIGTERM, if nobody else handles it. What it does to the process stays.

    Only on the main thread: Python allows it nowhere else.
    """
    global _installed_pid
    if _installed_pid == os.getpid() or reporter.settings.signals == "off":
        return
    if threading.current_thread() is not threading.main_thread():
        return
    if os.getpid() == 1:
        # The first process of a container: a SIGTERM that it does not handle does nothing
        # to it, and its run goes on.
        return
    _installed_pid = os.getpid()
    try:
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _handle)
    except (ValueError, OSError) as error:  # An interpreter inside something else.
        _log.debug("SIGTERM is not reported: %r", error)


def _handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals call
    from nightbell._process import close_all

    # First: a second signal shall end the process at once.
    signal.signal(number, signal.SIG_DFL)
    try:
        close_all(_outcome.signalled(signal.Signals(number).name))
    finally:
        os.kill(os.getpid(), number)
