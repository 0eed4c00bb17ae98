"""What a job says of itself when it begins."""

from __future__ import annotations

import os
import sys

from nightbell import _log
from nightbell._times import duration_text, seconds_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from nightbell._settings import Settings

DURATIONS = ("start_grace", "heartbeat_interval", "heartbeat_timeout", "max_runtime")
CAPTURES = ("stack", "message", "none")
INTERVAL_MAX_S = 30.0
# Of lists and mappings within each other.
DEPTH_MAX = 8


class Registration:
    """A scheduler as a job describes it. Made once, read by every run of the job."""

    __slots__ = ("body", "cancel", "capture", "interval", "scheduler_id")

    def __init__(self, scheduler_id: str, options: Mapping[str, Any]) -> None:
        """Read the options of :func:`nightbell.job`. What cannot be read is logged and left out."""
        self.scheduler_id = scheduler_id
        self.body: dict[str, Any] = {"scheduler_id": scheduler_id}
        self.capture = options.get("capture") or ""
        if self.capture and self.capture not in CAPTURES:
            _log.warn("capture", "capture=%r is none of %s", self.capture, ", ".join(CAPTURES))
            self.capture = ""
        self.cancel = options.get("cancel") or ""
        self.interval: float | None = None
        for name, value in options.items():
            if value is None or name in ("capture", "cancel"):
                continue
            if name == "settings" and isinstance(value, dict):
                for key, it in value.items():
                    self._try(self._write, str(key), it)
            else:
                self._try(self._read, name, value)

    def _try(self, take: Callable[[str, Any], None], name: str, value: object) -> None:
        try:
            take(name, value)
        except Exception as error:
            _log.warn(f"option {name}", "job %r: %s left out: %s", self.scheduler_id, name, error)

    def _write(self, name: str, value: object) -> None:
        self.body[name] = _plain(value)

    def _read(self, name: str, value: Any) -> None:  # noqa: ANN401 - as the job wrote it
        if name == "service":
            self.body["service_name"] = str(value)
        elif name == "name":
            self.body["job_name"] = str(value)
        elif name == "every":
            several = value if isinstance(value, (list, tuple)) else [value]
            self.body["schedules"] = [_schedule(it) for it in several]
        elif name == "labels":
            self.body["labels"] = {str(key): str(it) for key, it in value.items()}
        elif name == "timezone":
            # The text of a ZoneInfo is its name.
            self.body[name] = str(value)
        elif name in DURATIONS:
            seconds = seconds_in(value)
            self.body[name] = duration_text(seconds)
            if name == "heartbeat_timeout":
                self.interval = min(INTERVAL_MAX_S, seconds / 3)
            elif name == "heartbeat_interval" and self.interval is None:
                self.interval = seconds
        else:
            self._write(name, value)

    def filled(self, settings: Settings) -> dict[str, Any]:
        """Return the registration, with what the environment says of all jobs."""
        body = with_names(self.body, settings.service)
        if settings.owner_email:
            body.setdefault("owner_email", settings.owner_email)
        if settings.environment:
            labels = {"environment": settings.environment, **body.get("labels", {})}
            body["labels"] = labels
        return body


def with_names(body: Mapping[str, Any], service: str = "") -> dict[str, Any]:
    """Return a registration with the names that every scheduler needs.

    Those that nobody chose are the job's id, and the service of the environment or the
    name of the program. Whole, so that any process can replay it from the spool.
    """
    named = {"service_name": service or _program(), "job_name": body["scheduler_id"]}
    return {**named, **body}


def _plain(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - as the job wrote it
    """Return a value as JSON knows it. Raises ValueError for what JSON does not know."""
    value = getattr(value, "value", value)
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float) and abs(value) < float("inf"):
        return value
    if depth < DEPTH_MAX and isinstance(value, dict):
        return {str(key): _plain(it, depth + 1) for key, it in value.items()}
    if depth < DEPTH_MAX and isinstance(value, (list, tuple)):
        return [_plain(it, depth + 1) for it in value]
    raise ValueError(f"a {type(value).__name__} is nothing that can be sent")


def _program() -> str:
    name = os.path.basename(sys.argv[0]) if sys.argv and sys.argv[0] else ""
    name = name.removesuffix(".py")
    return name[:120] if name not in ("", "-c", "-m", "__main__") else "python"


def _schedule(value: Any) -> dict[str, str]:  # noqa: ANN401 - as the job wrote it
    if isinstance(value, str) and (value.startswith("@") or " " in value.strip()):
        return {"cron": value.strip()}
    return {"every": duration_text(seconds_in(value))}
