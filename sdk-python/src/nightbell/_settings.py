"""What the environment says, and what ``nightbell.configure`` says over it."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nightbell._transport import Transport

CAPTURES = ("stack", "message", "none")
TRANSPORTS = ("auto", "http", "grpc")


# Longer waits are as good as for ever, and no clock counts to infinity.
SECONDS_MAX = 1_000_000.0


class Settings:
    """Every setting, each with its default. Reading them cannot fail.

    What is written wrongly is listed in ``complaints``, to be logged once, and counts
    as not said: a typing error must not stop a job.
    """

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        env = os.environ if env is None else env
        self.complaints: list[str] = []
        self._env = env
        self.url = env.get("NIGHTBELL_URL", "").strip().rstrip("/")
        self.api_key = self._key()
        self.service = env.get("NIGHTBELL_SERVICE", "")
        self.environment = env.get("NIGHTBELL_ENVIRONMENT", "")
        self.owner_email = env.get("NIGHTBELL_OWNER_EMAIL", "")
        self.transport = self._word("NIGHTBELL_TRANSPORT", TRANSPORTS, "auto")
        self.timeout = self._seconds("NIGHTBELL_TIMEOUT_MS", 3.0)
        self.exit_timeout = self._seconds("NIGHTBELL_EXIT_TIMEOUT_MS", 1.5)
        self.heartbeat: float | None = self._seconds("NIGHTBELL_HEARTBEAT_MS", 0.0) or None
        self.spool = env.get("NIGHTBELL_SPOOL", "").strip().lower() not in _OFF
        self.spool_dir = env.get("NIGHTBELL_SPOOL_DIR", "")
        self.is_disabled = env.get("NIGHTBELL_DISABLED", "").strip().lower() in _ON
        self.signals = self._word("NIGHTBELL_SIGNALS", ("auto", "off"), "auto")
        self.capture = self._word("NIGHTBELL_CAPTURE", CAPTURES, "stack")
        self.run_id = env.get("NIGHTBELL_RUN_ID", "")
        self.scheduler_id = env.get("NIGHTBELL_SCHEDULER_ID", "")
        self.ca_file = env.get("NIGHTBELL_CA_FILE", "")
        # Stands in for the network in tests: see nightbell.testing.
        self.opener: Callable[[], Transport] | None = None

    def _key(self) -> str:
        if key := self._env.get("NIGHTBELL_API_KEY", "").strip():
            return key
        path = self._env.get("NIGHTBELL_API_KEY_FILE", "")
        if not path:
            return ""
        try:
            with open(path, encoding="utf-8") as file:
                return file.read(4096).strip()
        except (OSError, ValueError) as error:
            self.complaints.append(f"cannot read NIGHTBELL_API_KEY_FILE: {error}")
            return ""

    def _seconds(self, name: str, default: float) -> float:
        text = self._env.get(name, "").strip()
        if not text:
            return default
        if not text.isdecimal() or len(text) > 9:
            self.complaints.append(f"{name} is {text!r}, which is no number of milliseconds")
            return default
        return int(text) / 1000

    def bounded(self, name: str, seconds: float, default: float) -> float:
        """Return a time as code gave it, within what can be waited."""
        try:
            value = float(seconds)
        except (TypeError, ValueError, OverflowError):
            value = float("nan")
        if value >= 0:
            return min(value, SECONDS_MAX)
        self.complaints.append(f"{name}={seconds!r} is no number of seconds")
        return default

    def _word(self, name: str, words: tuple[str, ...], default: str) -> str:
        text = self._env.get(name, "").strip().lower()
        if not text or text in words:
            return text or default
        self.complaints.append(f"{name} is {text!r}, which is none of {', '.join(words)}")
        return default


_OFF = ("off", "0", "false", "no")
_ON = ("1", "true", "yes", "on")
