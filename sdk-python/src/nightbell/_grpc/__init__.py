"""The transport over gRPC: the extra ``nightbell[grpc]``."""

from nightbell.errors import ConfigError

try:
    import grpc  # noqa: F401 - only asked for
    from google.protobuf import message  # noqa: F401
except ImportError as missing:
    raise ConfigError("transport 'grpc' needs grpcio: install nightbell[grpc]") from missing

from nightbell._grpc._stream import HeartbeatStream
from nightbell._grpc._transport import GrpcTransport

__all__ = ["GrpcTransport", "HeartbeatStream"]
