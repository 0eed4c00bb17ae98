"""The low-level client: every call of the contract, typed, raising typed errors."""

from __future__ import annotations

import asyncio
import functools
import threading
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from nightbell import _calls, types
from nightbell._async_methods import AsyncCalls
from nightbell._codec import decode, encode
from nightbell._methods import Calls
from nightbell._settings import Settings
from nightbell._transport import open_transport
from nightbell.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping
    from types import TracebackType

    from typing_extensions import Self

    from nightbell._grpc import HeartbeatStream

T = TypeVar("T")


class _Base:
    """What both clients are made of."""

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        transport: str | None = None,
        timeout: float | None = None,
        ca_file: str | None = None,
    ) -> None:
        """Take settings from the arguments, and what they leave out from the environment.

        Raises :class:`~nightbell.errors.ConfigError` when there is no address or key,
        or a bad one. Nothing is sent before the first call.
        """
        settings = Settings()
        url = url or settings.url
        api_key = api_key or settings.api_key
        if not url:
            raise ConfigError("no address: give `url` or set NIGHTBELL_URL")
        if not api_key:
            raise ConfigError("no key: give `api_key` or set NIGHTBELL_API_KEY")
        self._timeout = settings.timeout if timeout is None else timeout
        self._transport = open_transport(
            transport or settings.transport, url, api_key, ca_file or settings.ca_file
        )

    def _answer(
        self,
        call: _calls.Call,
        kind: type[T],
        body: Mapping[str, object],
        timeout: float | None,
    ) -> T:
        bound = self._timeout if timeout is None else timeout
        said = {name: encode(it) for name, it in body.items() if it is not None}
        return decode(kind, self._transport.call(call, said, bound))

    def _watch(self, service_name: str | None) -> Iterator[types.WatchSchedulersResponse]:
        body = {"service_name": service_name or ""}
        for event in self._transport.events(_calls.WATCH_SCHEDULERS, body):
            yield decode(types.WatchSchedulersResponse, event)


class Client(_Base, Calls):
    """Every call of the contract. Raises; for jobs use :func:`nightbell.job`.

    Threads may share a client. It does not retry: what is worth another try is for
    the caller to say.

    Example:
        >>> with nightbell.Client() as client:  # doctest: +SKIP
        ...     client.get_scheduler("eod").scheduler.health
        <Health.UP: 'up'>

    """

    def _call(
        self,
        call: _calls.Call,
        kind: type[T],
        body: Mapping[str, object],
        timeout: float | None,
    ) -> T:
        return self._answer(call, kind, body, timeout)

    def watch_schedulers(
        self, *, service_name: str | None = None
    ) -> Iterator[types.WatchSchedulersResponse]:
        """Yield every scheduler once, then each one again whenever it changes.

        An answer in which nothing is set says that every scheduler has been sent once.
        Ends with :class:`~nightbell.errors.UnavailableError` when the server drains or
        falls silent: call again.
        """
        return self._watch(service_name)

    def stream_heartbeats(self) -> HeartbeatStream:
        """Open a stream of heartbeats and status reports. Needs gRPC."""
        stream = getattr(self._transport, "stream", None)
        if stream is None:
            message = "streams need gRPC: install nightbell[grpc] and set transport='grpc'"
            raise ConfigError(message)
        return cast("HeartbeatStream", stream())

    def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient(_Base, AsyncCalls):
    """Every call of the contract, as coroutines.

    The work is done on threads, so a busy event loop delays no call and a slow call
    delays no loop. Cancelling a call abandons its answer; the request may have been
    taken.
    """

    async def _call(
        self,
        call: _calls.Call,
        kind: type[T],
        body: Mapping[str, object],
        timeout: float | None,
    ) -> T:
        return await _on_a_thread(functools.partial(self._answer, call, kind, body, timeout))

    async def watch_schedulers(
        self, *, service_name: str | None = None
    ) -> AsyncIterator[types.WatchSchedulersResponse]:
        """Yield every scheduler once, then each one again whenever it changes.

        As :meth:`Client.watch_schedulers`.
        """
        pump: _Pump[types.WatchSchedulersResponse] = _Pump(self._watch(service_name))
        try:
            while (event := await pump.next()) is not None:
                yield event
        finally:
            pump.is_stopped = True

    async def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


class _Pump(Generic[T]):
    """Takes what an iterator gives on a thread of its own to the event loop.

    Not on a thread of the loop's executor: ``asyncio.run`` would wait for it.
    """

    def __init__(self, source: Iterator[T]) -> None:
        self.is_stopped = False
        self._source = source
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[T | BaseException | None] = asyncio.Queue()
        threading.Thread(target=self._run, name="nightbell-watch", daemon=True).start()

    def _run(self) -> None:
        last: BaseException | None = None
        try:
            for item in self._source:
                if self.is_stopped:
                    return
                self._loop.call_soon_threadsafe(self._queue.put_nowait, item)
        except BaseException as error:
            last = error
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, last)

    async def next(self) -> T | None:
        item = await self._queue.get()
        if isinstance(item, BaseException):
            raise item
        return item


async def _on_a_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(None, work)
