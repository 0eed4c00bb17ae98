"""A network between a job and the server that can be broken."""

from __future__ import annotations

import contextlib
import socket
import threading


class Network:
    """Passes connections on to a port, for as long as it is whole."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._open: list[tuple[socket.socket, socket.socket]] = []
        self._ended: list[tuple[socket.socket, socket.socket]] = []
        # Connections that stay open and carry nothing any more.
        self._dead: set[socket.socket] = set()
        self._is_cut = False
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def cut(self) -> None:
        """End every connection, and let none come about."""
        self._is_cut = True
        self._end_all()

    def mend(self) -> None:
        """Let connections come about again."""
        self._is_cut = False

    def forget(self) -> None:
        """Let the connections there are be open and carry nothing, as a failed router does."""
        for pair in self._open:
            self._dead.update(pair)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._end_all()
        for thread in self._threads:
            thread.join()
        for pair in self._ended:
            for it in pair:
                it.close()

    def _end_all(self) -> None:
        # Not closed yet: another thread may read, and would read the next of that number.
        self._ended += self._open
        for pair in self._open:
            for it in pair:
                with contextlib.suppress(OSError):
                    it.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if self._is_cut:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._port))
                self._open.append((near, far))
                for pair in ((near, far), (far, near)):
                    self._threads.append(
                        threading.Thread(target=self._pass_on, args=pair, daemon=True)
                    )
                    self._threads[-1].start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if source not in self._dead:
                    target.sendall(data)
        for it in (source, target):
            with contextlib.suppress(OSError):
                it.shutdown(socket.SHUT_RDWR)
