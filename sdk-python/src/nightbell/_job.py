"""``nightbell.job``: a decorator, a context manager, and both for coroutines."""

from __future__ import annotations

# Jobs and runs are one thing in two files.
# pyright: reportPrivateUsage=false
import contextvars
import functools
import os
import types

from nightbell import _log, _process, _signals
from nightbell._registration import Registration
from nightbell._run import NO_RUN, attach, begin, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
    from datetime import timedelta
    from types import TracebackType
    from typing import Any, Literal, ParamSpec, TypeVar

    from nightbell._reporter import Reporter
    from nightbell._run import Run

    P = ParamSpec("P")
    R = TypeVar("R")
    Duration = timedelta | float | str

GENERATOR = 0x20  # inspect.CO_GENERATOR, and so on: importing inspect takes 8 ms.
COROUTINE = 0x80
ITERABLE_COROUTINE = 0x100
ASYNC_GENERATOR = 0x200
_GENERATORS: tuple[type, ...] = (types.GeneratorType, types.AsyncGeneratorType)
_GENERATOR = "job %r returned a generator: its run ended before the work began"

_Token = contextvars.Token["Run | None"]


class Job:
    """A job to watch. Made by :func:`job`; holds nothing of its runs."""

    def __init__(self, scheduler_id: str, options: Mapping[str, Any]) -> None:
        self._registration = Registration(str(scheduler_id), options)
        # Blocks that were entered, for those that are left in another context.
        self._blocks: dict[str, tuple[Run, _Token | None]] = {}

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Return the function, watched: each call is a run.

        Raises TypeError for generator functions: nobody could say when such a run ends.
        """
        kind = type(function).__name__
        if kind in ("classmethod", "staticmethod"):
            raise TypeError(f"nightbell.job cannot watch a {kind}: put it below @{kind}")
        flags = _flags(function)
        if flags & (GENERATOR | ASYNC_GENERATOR) and not flags & ITERABLE_COROUTINE:
            raise TypeError(
                f"nightbell.job cannot watch {getattr(function, '__qualname__', function)!r}: a "
                "generator function returns before its work begins. Put `with nightbell.job(...)` "
                "around the loop that drives it, or inside the function around its body"
            )
        if flags & (COROUTINE | ITERABLE_COROUTINE):
            return self._of_coroutine(function)  # type: ignore[arg-type, return-value]
        return self._of_function(function)

    def _of_function(self, function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def watched(*args: P.args, **kwargs: P.kwargs) -> R:
            run, token = self._begin()
            try:
                result = function(*args, **kwargs)
            except BaseException as error:
                self._end(run, token, error)
                raise
            if isinstance(result, types.CoroutineType):
                # A plain function that hands on a coroutine: that is where the work is.
                _reset(token)
                return self._awaited(run, result)  # type: ignore[return-value]
            self._end(run, token, None)
            if type(result) in _GENERATORS:
                _log.warn(f"generator {run.scheduler_id}", _GENERATOR, run.scheduler_id)
            return result

        return watched

    def _of_coroutine(
        self, function: Callable[P, Awaitable[R]]
    ) -> Callable[P, Coroutine[Any, Any, R]]:
        @functools.wraps(function)
        async def watched(*args: P.args, **kwargs: P.kwargs) -> R:
            run, token = self._begin(is_async=True)
            try:
                result = await function(*args, **kwargs)
            except BaseException as error:
                self._end(run, token, error)
                raise
            self._end(run, token, None)
            return result

        return watched

    async def _awaited(self, run: Run, work: Coroutine[Any, Any, R]) -> R:
        token = current.set(run)
        try:
            result = await work
        except BaseException as error:
            self._end(run, token, error)
            raise
        self._end(run, token, None)
        return result

    def __enter__(self) -> Run:
        return self._enter(is_async=False)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exit(error)

    async def __aenter__(self) -> Run:
        return self._enter(is_async=True)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exit(error)

    def start(self) -> Run:
        """Begin a run that is ended by its own methods."""
        run, token = self._begin(is_current=False)
        _reset(token)
        return run

    def _enter(self, *, is_async: bool) -> Run:
        run, token = self._begin(is_async=is_async)
        # On the context, not on the job: one job may be entered many times at once.
        _entered.set((*_entered.get(), (self, run, token)))
        self._blocks[run.id] = run, token
        return run

    def _exit(self, error: BaseException | None) -> None:
        entries = _entered.get()
        for index in range(len(entries) - 1, -1, -1):
            job, run, token = entries[index]
            if job is self:
                _entered.set(entries[:index] + entries[index + 1 :])
                self._blocks.pop(run.id, None)
                self._end(run, token, error)
                return
        if self._blocks:
            _, (run, token) = self._blocks.popitem()
            self._end(run, token, error)

    def _begin(
        self, *, is_async: bool = False, is_current: bool = True
    ) -> tuple[Run, _Token | None]:
        """Begin a run. Never raises; at worst there is none."""
        try:
            reporter = _process.reporter()
            if reporter.is_off:
                _process.complain_once(reporter)
                return NO_RUN, None
            _signals.install(reporter)
            run = self._attached(reporter) or begin(reporter, self._registration)
            if is_async and self._registration.cancel == "task":
                _cancel_task_of(run)
            return run, current.set(run) if is_current else None
        except Exception as error:
            _log.warn("begin", "job %r is not watched: %r", self._registration.scheduler_id, error)
            return NO_RUN, None

    def _attached(self, reporter: Reporter) -> Run | None:
        """Return a handle of the run that is watched already, if this is the same job."""
        scheduler_id = self._registration.scheduler_id
        outer = current.get()
        if outer is not None and not outer.is_ended and outer.scheduler_id == scheduler_id:
            if outer._state.pid == os.getpid():
                return outer.inner()
            return attach(reporter, scheduler_id, outer.id)
        settings = reporter.settings
        if settings.run_id and settings.scheduler_id in ("", scheduler_id):
            return attach(reporter, scheduler_id, settings.run_id)
        return None

    @staticmethod
    def _end(run: Run, token: _Token | None, error: BaseException | None) -> None:
        """End a run. Never raises."""
        try:
            run._finish(error)
        except Exception as fault:
            _log.debug("could not end %r: %r", run, fault)
        _reset(token)


def _reset(token: _Token | None) -> None:
    if token is None:
        return
    try:
        current.reset(token)
    except (ValueError, RuntimeError):  # Another context: it forgets by itself.
        pass


_entered: contextvars.ContextVar[tuple[tuple[Job, Run, _Token | None], ...]] = (
    contextvars.ContextVar("nightbell_entered", default=())
)


def job(
    scheduler_id: str,
    /,
    *,
    service: str | None = None,
    name: str | None = None,
    every: Duration | Sequence[Duration] | None = None,
    timezone: str | None = None,
    cron_profile: str | None = None,
    start_grace: Duration | None = None,
    heartbeat_interval: Duration | None = None,
    heartbeat_timeout: Duration | None = None,
    max_runtime: Duration | None = None,
    owner_email: str | None = None,
    alert_user_id: str | None = None,
    labels: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
    capture: Literal["stack", "message", "none"] | None = None,
    cancel: Literal["task"] | None = None,
) -> Job:
    """Watch a job: decorate a function, sync or async, or enter it as a context manager.

    Nothing that Nightbell does, or fails to do, changes what the job does: results
    and exceptions pass through untouched, and nothing waits for the network.

    ``every`` is when the job is expected: a cron expression, an interval such as
    ``"24h"``, or several of them. Durations are seconds, timedeltas or texts such as
    ``"1h30m"``. ``settings`` takes whatever else a registration knows, as the contract
    writes it. ``capture`` says how much of an exception is sent. With ``cancel="task"``
    a coroutine's task is cancelled when somebody asks the run to stop; otherwise the
    job looks at ``run.cancelled`` itself.

    Example:
        >>> @nightbell.job("eod", service="Billing", every="0 1 * * *")  # doctest: +SKIP
        ... def eod(day): ...

        >>> with nightbell.job("eod") as run:  # doctest: +SKIP
        ...     run.progress(1, total=40)

    """
    options = {key: value for key, value in locals().items() if key != "scheduler_id"}
    return Job(scheduler_id, options)


def start(scheduler_id: str, /, **options: Any) -> Run:  # noqa: ANN401 - as `job`
    """Begin a run that is ended by ``complete``, ``fail`` or ``cancel``.

    Takes the options of :func:`job`. A run that nobody ends, or holds, has failed:
    it was abandoned.
    """
    return job(scheduler_id, **options).start()


def bind(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function, to be run on a thread as part of the run of this code.

    Threads see no run of their own: ``Thread(target=nightbell.bind(work))``.
    """
    context = contextvars.copy_context()

    @functools.wraps(function)
    def bound(*args: P.args, **kwargs: P.kwargs) -> R:
        # A context can be entered once at a time, and threads may share this function.
        return context.copy().run(function, *args, **kwargs)

    return bound


def _cancel_task_of(run: Run) -> None:
    import asyncio

    task = asyncio.current_task()
    loop = asyncio.get_running_loop()

    def cancel() -> None:
        if task is None or loop.is_closed():
            return
        try:
            loop.call_soon_threadsafe(task.cancel, "somebody asked this run to stop")
        except RuntimeError:  # Closed since.
            pass

    run._state.on_cancel = cancel


def _flags(function: Any) -> int:  # noqa: ANN401 - anything that can be called
    """Return the flags of the code that a call runs."""
    seen = 0
    while seen < 32:
        seen += 1
        if isinstance(function, functools.partial):
            function = function.func
        elif hasattr(function, "__wrapped__") and not hasattr(function, "__code__"):
            function = function.__wrapped__
        elif isinstance(function, types.MethodType):
            function = function.__func__
        else:
            break
    code = getattr(function, "__code__", None)
    if code is None:
        # An object that can be called.
        it: object = function
        kind: Any = type(it)
        call = getattr(kind, "__call__", None)  # noqa: B004 - not whether it can be
        code = getattr(call, "__code__", None)
    return getattr(code, "co_flags", 0)
