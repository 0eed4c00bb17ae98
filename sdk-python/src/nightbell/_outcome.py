"""How a run ended, told from what its job raised."""

from __future__ import annotations

import sys

from nightbell.errors import Cancelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MESSAGE_BYTES_MAX = 4 * 1024
STACK_BYTES_MAX = 8 * 1024
CAUSES_MAX = 5


class Outcome:
    """A status, and what is said with it."""

    __slots__ = ("message", "metadata", "status")

    def __init__(
        self,
        status: str,
        message: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self.status = status
        self.message = message
        self.metadata = metadata or {}


COMPLETED = Outcome("completed")


def of(error: BaseException | None, *, was_cancelled: bool, capture: str) -> Outcome:
    """Return how a run ended that raised this, or nothing.

    ``was_cancelled`` says whether somebody asked the run to stop: only then is a
    cancelled task a cancelled run, and not a failed one.
    """
    if error is None:
        return COMPLETED
    if isinstance(error, SystemExit):
        return _exit(error)
    if isinstance(error, KeyboardInterrupt):
        return signalled("SIGINT")
    if isinstance(error, Cancelled) or (was_cancelled and is_task_cancelled(error)):
        return Outcome("cancelled", _message(error) if capture != "none" else None)
    return failed(error, capture)


def failed(error: BaseException | str | None, capture: str) -> Outcome:
    """Return the failure that an exception, or a text, stands for."""
    if not isinstance(error, BaseException):
        text = None if error is None or capture == "none" else _cut(str(error), MESSAGE_BYTES_MAX)
        return Outcome("failed", text)
    metadata: dict[str, Any] = {"error_type": _name(error)}
    if capture == "none":
        return Outcome("failed", None, metadata)
    causes = _causes(error)
    if causes:
        metadata["error_causes"] = causes
    if capture == "stack":
        metadata["stack_trace"] = _stack(error)
    return Outcome("failed", _message(error), metadata)


def signalled(name: str) -> Outcome:
    """Return the failure of a job that a signal ended."""
    return Outcome("failed", f"stopped by {name}", {"error_type": "Signal"})


def abandoned(why: str) -> Outcome:
    """Return the failure of a run that nobody ended."""
    return Outcome("failed", f"abandoned: {why}", {"error_type": "Abandoned"})


def is_task_cancelled(error: BaseException) -> bool:
    """Say whether this is asyncio's CancelledError, without importing asyncio."""
    exceptions = sys.modules.get("asyncio.exceptions")
    kind = getattr(exceptions, "CancelledError", None)
    return kind is not None and isinstance(error, kind)


def _exit(error: SystemExit) -> Outcome:
    code = error.code
    if code is None or (isinstance(code, int) and code == 0):
        return COMPLETED
    # Python prints anything but a number and exits with 1.
    said = f"exit status {code}" if isinstance(code, int) else _cut(str(code), MESSAGE_BYTES_MAX)
    return Outcome("failed", said, {"error_type": "SystemExit"})


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:
        text = ""
    return _cut(text or type(error).__name__, MESSAGE_BYTES_MAX)


def _name(error: BaseException) -> str:
    kind = type(error)
    return (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )


def _causes(error: BaseException) -> list[str]:
    causes: list[str] = []
    seen = {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and id(cause) not in seen and len(causes) < CAUSES_MAX:
        seen.add(id(cause))
        causes.append(f"{_name(cause)}: {_message(cause)}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return causes


def _stack(error: BaseException) -> str:
    """Return the stack, the end of it kept: that is where it happened."""
    try:
        import traceback

        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except Exception:
        return ""
    data = text.encode("utf-8", "replace")
    if len(data) <= STACK_BYTES_MAX:
        return data.decode("utf-8")
    return "..." + data[3 - STACK_BYTES_MAX :].decode("utf-8", "ignore")


def _cut(text: str, bytes_max: int) -> str:
    data = text.encode("utf-8", "replace")
    if len(data) <= bytes_max:
        return data.decode("utf-8")
    return data[: bytes_max - 3].decode("utf-8", "ignore") + "..."
