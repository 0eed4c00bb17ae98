"""What makes calls: REST or gRPC."""

from __future__ import annotations

from nightbell.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Protocol

    from nightbell._calls import Call

    class Transport(Protocol):
        """Makes calls. Threads may share one."""

        name: str

        def call(self, call: Call, body: Mapping[str, Any], timeout: float) -> dict[str, Any]: ...

        def events(self, call: Call, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]: ...

        def close(self) -> None: ...

        def end(self) -> None: ...

        def abandon(self) -> None: ...


def open_transport(name: str, url: str, api_key: str, ca_file: str) -> Transport:
    """Return the transport of a name. ``auto`` is REST, which needs nothing installed."""
    # The guide's addresses end so.
    url = url.rstrip("/").removesuffix("/api/v1")
    if name == "grpc":
        from nightbell._grpc import GrpcTransport

        return GrpcTransport(url, api_key, ca_file=ca_file)
    if name not in ("auto", "http"):
        raise ConfigError(f"transport {name!r} is none of auto, http, grpc")
    from nightbell._http import HttpTransport

    return HttpTransport(url, api_key, ca_file=ca_file)
