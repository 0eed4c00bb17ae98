"""The stream of heartbeats and status reports."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

from nightbell._codec import decode, encode
from nightbell._grpc import _convert
from nightbell._grpc._errors import translated
from nightbell.errors import TransportError
from nightbell.types import StreamHeartbeatsResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    import grpc
    from typing_extensions import Self

    from nightbell.types import (
        SendHeartbeatRequest,
        StreamGoodbye,
        StreamHello,
        UpdateStatusRequest,
    )


class HeartbeatStream:
    """Reports out, acknowledgements and directives in.

    Iterate over it, on a thread of its own if need be, for what the server says.
    Sending never waits. The stream is evidence of life: leave a run with ``goodbye``,
    or the server suspects that its process died.
    """

    def __init__(
        self,
        channel: grpc.Channel,
        metadata: tuple[tuple[str, str], ...],
        give_back: Callable[[bool], None] | None = None,
    ) -> None:
        # Where it is used: reading them costs 30 ms that REST does not need.
        from nightbell.v1 import report_pb2, report_pb2_grpc

        self._frame = report_pb2.StreamHeartbeatsRequest
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._count = 0
        # Takes the channel back, and whether it is of no use any more.
        self._give_back = give_back
        stub = report_pb2_grpc.ReportServiceStub(channel)
        self._call = stub.StreamHeartbeats(iter(self._queue.get, None), metadata=metadata)

    def hello(self, hello: StreamHello) -> int:
        """Declare a run that lives on this stream. Comes before its heartbeats."""
        return self.send({"hello": encode(hello)})

    def heartbeat(self, heartbeat: SendHeartbeatRequest) -> int:
        """Send a heartbeat of a declared run."""
        return self.send({"heartbeat": encode(heartbeat)})

    def status(self, status: UpdateStatusRequest) -> int:
        """Send a status report of any run."""
        return self.send({"status": encode(status)})

    def goodbye(self, goodbye: StreamGoodbye) -> int:
        """Let a run leave the stream without suspicion."""
        return self.send({"goodbye": encode(goodbye)})

    def send(self, frame: dict[str, Any]) -> int:
        """Send a frame, and return its number on this stream."""
        self._count += 1
        message = self._frame()
        _convert.fill(message, {"frame_sequence": self._count, **frame})
        self._queue.put(message)
        return self._count

    def answers(self) -> Iterator[dict[str, Any]]:
        """Yield what the server says as JSON, until the stream ends."""
        import grpc

        try:
            for answer in self._call:
                yield _convert.to_json(answer)
        except grpc.RpcError as error:
            problem = translated(error)
            self._leave(is_lost=isinstance(problem, TransportError))
            raise problem from error
        self._leave(is_lost=False)

    def __iter__(self) -> Iterator[StreamHeartbeatsResponse]:
        for answer in self.answers():
            yield decode(StreamHeartbeatsResponse, answer)

    def finish(self) -> None:
        """Say that no more frames come. The server acknowledges the rest and ends."""
        self._queue.put(None)

    def close(self) -> None:
        """End the stream at once."""
        self._queue.put(None)
        self._call.cancel()
        self._leave(is_lost=False)

    def drop(self) -> None:
        """End the stream at once, and use its connection no more: nothing came over it."""
        self._leave(is_lost=True)
        self.close()

    def _leave(self, *, is_lost: bool) -> None:
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            give_back(is_lost)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.finish() if kind is None else self.close()
