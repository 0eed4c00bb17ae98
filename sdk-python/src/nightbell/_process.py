"""The reporters of a process: one for its jobs, and what ends and forks do to them."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time

from nightbell import _log
from nightbell._reporter import Reporter, exit_deadline
from nightbell._settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nightbell._outcome import Outcome

# The reporter of jobs, and those of `nightbell.compat`: one for each server and key.

# Under no lock, which a signal handler might find taken: `setdefault` lets one win.
_ours: dict[str, Reporter] = {}
_others: dict[tuple[str, str], Reporter] = {}
_OURS = "ours"
_hooked = False


def reporter() -> Reporter:
    """Return the process's reporter, made from the environment at its first use."""
    it = _ours.get(_OURS)
    if it is not None:
        return it
    hook()
    mine = Reporter(Settings())
    it = _ours.setdefault(_OURS, mine)
    if it is mine:
        _complain(it)
    return it


def replace(settings: Settings) -> Reporter:
    """Let a new reporter take over, with other settings. The old one delivers its own."""
    hook()
    it = Reporter(settings)
    old = _ours.get(_OURS)
    _ours[_OURS] = it
    if old is not None:
        old.close()
    _complain(it)
    return it


def _complain(it: Reporter) -> None:
    for complaint in it.settings.complaints:
        _log.warn(complaint, "%s", complaint)


def of(settings: Settings) -> Reporter:
    """Return the reporter to a server that is not the environment's."""
    hook()
    return _others.setdefault((settings.url, settings.api_key), Reporter(settings))


def prepare(transport: str) -> None:
    """Import gRPC now, if it is wanted: beside a busy job it would take seconds.

    Without a channel it does no harm to a process that forks.
    """
    if transport != "grpc":
        return
    from nightbell._link import are_threads_greenlets

    if are_threads_greenlets():  # Then it is not used.
        return
    try:
        import nightbell._grpc._beats
        import nightbell.v1.report_pb2_grpc
        import nightbell.v1.scheduler_pb2_grpc  # noqa: F401
    except Exception as error:  # The worker will say so, and use REST.
        _log.debug("cannot import gRPC: %r", error)


def complain_once(it: Reporter) -> None:
    """Say that jobs are not watched, if they are not and nobody wanted that."""
    if it.is_off and not it.settings.is_disabled:
        _log.warn("no url", "jobs are not watched: NIGHTBELL_URL is not set")


def _all() -> list[Reporter]:
    return [*_ours.values(), *_others.values()]


def close_all(outcome: Outcome | None = None) -> None:
    """End with the process. One exit budget for all reporters together."""
    deadline: float | None = None
    several = _all()
    try:
        for it in several:
            if deadline is None:
                deadline = exit_deadline(it.settings)
            it.close(outcome, deadline)
    except KeyboardInterrupt:  # Nobody waits any more; what there is is spooled.
        for it in several:
            it.close(outcome, time.monotonic())


def _at_exit() -> None:
    close_all()
    grpc = sys.modules.get("nightbell._grpc._transport")
    if grpc is not None:
        grpc.close_all()
    if getattr(sys, "last_type", None) is KeyboardInterrupt:
        # Python ends such a process by SIGINT, unless something evaluated a text in the
        # meantime, as imports of the worker do. So that shells see what they would have.
        try:
            eval("interrupt()", {"interrupt": _interrupt})
        except KeyboardInterrupt:
            pass


def _interrupt() -> None:
    raise KeyboardInterrupt


def hook() -> None:
    """Have the end and the forks of the process call us. Once is enough."""
    global _hooked
    if _hooked:
        return
    _hooked = True
    atexit.register(_at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child
        )


def call_at_exit_of_child() -> None:
    """Have the exit of a child of multiprocessing call us: it runs no atexit handlers."""
    for package in ("multiprocessing", "billiard"):
        process = sys.modules.get(f"{package}.process")
        if process is None or getattr(process.current_process(), "_parent_pid", None) is None:
            continue
        util = sys.modules.get(f"{package}.util")
        if util is not None:
            util.Finalize(None, close_all, exitpriority=1000)


# Held by the worker while it imports: a process forked in the middle of an import
# would wait for ever for the rest of it.
importing = threading.Lock()
_IMPORT_MAX_S = 5.0
# The thread that forks and holds it. Several may fork at once.
_holder = 0


def _before_fork() -> None:
    global _holder
    if importing.acquire(blocking=False):
        _holder = threading.get_ident()
        return
    was_there = "logging" in sys.modules
    if importing.acquire(timeout=_IMPORT_MAX_S):
        _holder = threading.get_ident()
    if not was_there and "logging" in sys.modules:
        # Imported while this fork began: it will release what it had no time to take.
        lock = getattr(sys.modules["logging"], "_lock", None)
        if lock is not None:
            lock.acquire()


def _after_fork() -> None:
    global _holder
    if _holder == threading.get_ident():
        _holder = 0
        importing.release()


def _in_child() -> None:
    global importing, _holder
    was_importing = _holder != threading.get_ident()
    importing = threading.Lock()
    _holder = 0
    for it in _all():
        worker = it.worker
        it.reset()
        if was_importing and it.settings.transport == "grpc":
            # Half of it is imported, and nobody will import the other half.
            it.settings.transport = "http"
        if worker is None:
            continue
        worker.abandon()
        for state in worker.states():
            # The parent's lock may have been held as it forked.
            was_set = state.cancelled.is_set()
            state.cancelled = threading.Event()
            if was_set:
                state.cancelled.set()
