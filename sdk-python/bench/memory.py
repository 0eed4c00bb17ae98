"""What a process that runs a job over and over keeps of the runs."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests.support import faults, programs
from tests.support.programs import env_for

from .table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

FEW, MANY = 5_000, 100_000
CODE = f"""
    import nightbell
    def resident():
        with open("/proc/self/status") as file:
            (line,) = (it for it in file if it.startswith("VmRSS"))
        return int(line.split()[1])
    @nightbell.job("eod")
    def eod(number):
        nightbell.current_run().metadata(number=number)
    begun = resident()
    for number in range({MANY}):
        if number == {FEW}:
            few = resident()
        eod(number)
    print((few - begun) / 1024, (resident() - begun) / 1024)
    """
BEHIND_S = 0.05


def measure(rounds: int) -> None:  # noqa: ARG001 - one process says it
    table = Table(
        "Resident memory beyond that of the imported SDK, without a spool",
        "server",
        f"{FEW:,} runs",
        f"{MANY:,} runs",
    )
    for name, server in (
        ("behind (50 ms a call)", _behind()),
        ("never answers", faults.address(faults.BLACK_HOLE)),
        ("refuses", faults.address(faults.REFUSED)),
    ):
        with server as url:
            ended = programs.run(CODE, env_for(url, NIGHTBELL_EXIT_TIMEOUT_MS="1"))
        table.row(name, *(f"{float(it):.1f} MiB" for it in ended.out.split()))


class _Behind(BaseHTTPRequestHandler):
    """Takes every report, slower than the job makes them."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["content-length"])))
        time.sleep(BEHIND_S)
        answer = {"results": [{"index": it} for it in range(len(said.get("items", ())))]}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PUT = do_POST  # noqa: N815 - as http.server wants it

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A job that ends in the middle of a call is no error."""


@contextlib.contextmanager
def _behind() -> Iterator[str]:
    with _Server(("127.0.0.1", 0), _Behind) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
