"""Which call a request makes, and what is done to it."""

from dataclasses import dataclass

HEARTBEATS = ("SendHeartbeat", "StreamHeartbeats")
MODES = ("off", "refuse", "blackhole", "slow", "status", "drop_after_commit")

_RESTS = {
    "register": "RegisterScheduler",
    "status": "UpdateStatus",
    "heartbeat": "SendHeartbeat",
    "reports:batch": "BatchReport",
}


def call_of(path: str) -> str:
    """Names the call of a gRPC or REST path."""
    last = path.partition("?")[0].rsplit("/", 1)[-1]
    return _RESTS.get(last, last)


@dataclass
class Fault:
    mode: str = "off"
    # Which calls; none named means all but heartbeats.
    calls: tuple[str, ...] = ()
    # How many more calls are hurt by `status` and `drop_after_commit`.
    left: int = 1
    status: int = 500
    retry_after_s: int | None = None
    delay_ms: int = 0

    @classmethod
    def read(cls, said: dict) -> "Fault":
        """Reads a fault of a scenario."""
        said = {name: value for name, value in said.items() if name != "at_ms"}
        if "times" in said:
            said["left"] = said.pop("times")
        fault = cls(**said)
        if fault.mode not in MODES:
            raise ValueError(f"no such fault: {fault.mode}")
        fault.calls = tuple(fault.calls)
        return fault

    def hits(self, call: str) -> bool:
        if self.mode not in ("status", "drop_after_commit") or self.left <= 0:
            return False
        return call in self.calls if self.calls else call not in HEARTBEATS
