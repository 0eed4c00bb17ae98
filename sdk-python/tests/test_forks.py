"""What a forked process may use of its parent's, and what not."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from .support import programs
from .support.programs import env_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .support.server import Server


class _Answers(BaseHTTPRequestHandler):
    """Says over which connection a request came."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps({"connection": self.client_address[1]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def telling_of_connections() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_forked_process_never_speaks_over_a_connection_of_its_parent() -> None:
    code = """
        import os, sys
        from nightbell import _calls
        from nightbell._http import HttpTransport
        transport = HttpTransport(os.environ["NIGHTBELL_URL"], "key")
        def connection():
            return transport.call(_calls.LIST_SCHEDULERS, {}, 30)["connection"]
        before = connection()
        pid = os.fork()
        if pid == 0:
            os._exit(0 if connection() != before else 1)
        print(os.waitpid(pid, 0)[1], connection() == before)
        """
    with telling_of_connections() as url:
        ended = programs.run(code, env_for(url))
    assert ended.out.split() == ["0", "True"], ended.err


@pytest.mark.parametrize("transport", ["http", "grpc"])
def test_children_report_with_the_guides_class_of_their_parent(
    server: Server, scheduler_id: str, transport: str
) -> None:
    code = f"""
        import os
        from nightbell.compat import SchedulerMonitoringClient
        monitor = SchedulerMonitoringClient({server.url!r}, {server.key!r}, {scheduler_id!r})
        monitor.register("Service", "Job")
        def work(number):
            said = {{"number": number}}
            monitor.update_status("running", "Service", "Job")
            answer = monitor.update_status("completed", "Service", "Job", 1, None, said)
            os._exit(0 if answer.get("scheduler_id") == {scheduler_id!r} else 1)
        pids = []
        for number in range(8):
            pids.append(os.fork())
            if pids[-1] == 0:
                work(number)
        print(sum(os.waitpid(it, 0)[1] == 0 for it in pids))
        """
    env = env_for(server.url, server.key, NIGHTBELL_TRANSPORT=transport)
    ended = programs.run(code, {**env, "NIGHTBELL_TIMEOUT_MS": "30000"})
    assert (ended.code, ended.out.strip()) == (0, "8"), ended.err


def test_a_client_over_grpc_says_that_a_forked_process_cannot_use_it(server: Server) -> None:
    code = f"""
        import os, nightbell
        client = nightbell.Client({server.url!r}, {server.key!r}, transport="grpc", timeout=30)
        client.list_schedulers()
        pid = os.fork()
        if pid == 0:
            try:
                client.list_schedulers()
            except nightbell.ConfigError:
                again = nightbell.Client({server.url!r}, {server.key!r}, transport="http")
                again.list_schedulers(timeout=30)
                os._exit(0)
            os._exit(1)
        print(os.waitpid(pid, 0)[1])
        client.list_schedulers()
        """
    ended = programs.run(code, env_for(server.url, server.key))
    assert (ended.code, ended.out.strip()) == (0, "0"), ended.err


def test_a_fork_in_the_middle_of_an_import_says_nothing() -> None:
    code = """
        import os, sys, threading, time
        from nightbell import _process
        _process.hook()
        is_importing = threading.Event()
        def names():
            frame, found = sys._current_frames()[threading.main_thread().ident], []
            while frame is not None:
                found.append(frame.f_code.co_name)
                frame = frame.f_back
            return found
        def work():
            with _process.importing:
                is_importing.set()
                while "_before_fork" not in names():
                    time.sleep(0.01)
                import logging
        threading.Thread(target=work).start()
        is_importing.wait()
        assert "logging" not in sys.modules
        pid = os.fork()
        import logging
        logging.getLogger().addHandler(logging.NullHandler())
        if pid == 0:
            os._exit(0)
        print(os.waitpid(pid, 0)[1])
        """
    ended = programs.run(code, env_for("http://127.0.0.1:9", PYTHONWARNINGS="ignore"))
    assert (ended.code, ended.out.strip(), ended.err) == (0, "0", "")


def test_threads_that_fork_at_once_leave_the_worker_free_to_import() -> None:
    code = """
        import os, threading, time
        # Runs between the SDK's own hooks and the fork: the other thread's turn.
        os.register_at_fork(before=lambda: time.sleep(0.02))
        from nightbell import _process
        _process.hook()
        os.register_at_fork(before=lambda: time.sleep(0.01))
        def work():
            for _ in range(5):
                pid = os.fork()
                if pid == 0:
                    os._exit(0)
                os.waitpid(pid, 0)
        threads = [threading.Thread(target=work) for _ in range(3)]
        for it in threads:
            it.start()
        for it in threads:
            it.join()
        print(_process.importing.locked())
        """
    ended = programs.run(code, env_for("http://127.0.0.1:9", PYTHONWARNINGS="ignore"))
    assert (ended.code, ended.out.strip()) == (0, "False"), ended.err
