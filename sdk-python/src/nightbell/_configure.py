"""Settings from code, over those of the environment."""

from __future__ import annotations

from nightbell import _process
from nightbell._settings import CAPTURES, TRANSPORTS, Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


def configure(
    *,
    url: str | None = None,
    api_key: str | None = None,
    service: str | None = None,
    environment: str | None = None,
    owner_email: str | None = None,
    transport: Literal["auto", "http", "grpc"] | None = None,
    timeout: float | None = None,
    exit_timeout: float | None = None,
    heartbeat: float | None = None,
    spool: bool | None = None,
    spool_dir: str | None = None,
    signals: Literal["auto", "off"] | None = None,
    capture: Literal["stack", "message", "none"] | None = None,
    ca_file: str | None = None,
    disabled: bool | None = None,
) -> None:
    """Set what the environment leaves out or says otherwise. Times are in seconds.

    Call it once, before the first job. What earlier jobs reported is delivered first,
    within the exit budget.
    """
    settings = Settings()
    for name, value in (
        ("url", url.strip().rstrip("/") if url is not None else None),
        ("api_key", api_key),
        ("service", service),
        ("environment", environment),
        ("owner_email", owner_email),
        ("spool", spool),
        ("spool_dir", spool_dir),
        ("ca_file", ca_file),
        ("is_disabled", disabled),
    ):
        if value is not None:
            setattr(settings, name, value)
    if timeout is not None:
        settings.timeout = settings.bounded("timeout", timeout, settings.timeout)
    if exit_timeout is not None:
        bounded = settings.bounded("exit_timeout", exit_timeout, settings.exit_timeout)
        settings.exit_timeout = bounded
    if heartbeat is not None:
        # None at all is not to be had: the server decides then.
        settings.heartbeat = settings.bounded("heartbeat", heartbeat, 0.0) or None
    for name, word, words in (
        ("transport", transport, TRANSPORTS),
        ("signals", signals, ("auto", "off")),
        ("capture", capture, CAPTURES),
    ):
        if word is None:
            continue
        if word in words:
            setattr(settings, name, word)
        else:
            settings.complaints.append(f"{name}={word!r} is none of {', '.join(words)}")
    _process.prepare(settings.transport)
    _process.replace(settings)


def flush(timeout: float | None = None) -> bool:
    """Wait until everything reported so far is with the server; say whether it is.

    What is not is on the disk then, if there is a spool, for any later process to send.
    Waits at most ``timeout`` seconds, or the exit budget. Needed only where a process
    ends without running exit handlers: before ``os._exit``, or at the end of a request
    on a platform that freezes processes.
    """
    it = _process.reporter()
    return it.flush(it.settings.exit_timeout if timeout is None else timeout)
