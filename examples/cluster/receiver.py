"""A receiver of webhooks that remembers what it was told."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    def __init__(self):
        self.opened: Counter[str] = Counter()  # By scheduler.
        self.calls: Counter[str] = Counter()  # By webhook-id: one may come twice.
        lock, opened, calls = threading.Lock(), self.opened, self.calls

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with lock:
                    calls[self.headers["webhook-id"]] += 1
                    if calls[self.headers["webhook-id"]] == 1 and body["type"] == "incident.opened":
                        opened[body["data"]["scheduler_id"]] += 1
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def repeats(self) -> int:
        return sum(self.calls.values()) - len(self.calls)
