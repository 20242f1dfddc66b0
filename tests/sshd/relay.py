# SPDX-License-Identifier: MIT
"""A relay between a client and sshd that delays what passes, or cuts a connection after so many bytes."""
import math
import queue
import socket
import threading
import time


class Relay:
    """Listens on PORT.  DELAY: seconds, each way.  BURST: bytes that come within so many seconds go on at once.

    LIMITS: of each connection, how many bytes (to the server, to the client) pass before it is cut, None for no cut;
    connections after the last one are not cut."""

    def __init__(self, port, to, delay=0, limits=(), burst=0):
        self.port, self.to, self.delay, self.limits, self.burst = port, to, delay, list(limits), burst
        self.count = self.cuts = 0
        self.sock = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            near, _ = self.sock.accept()
            far = socket.create_connection(self.to)
            for s in (near, far):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            limits = self.limits[self.count] if self.count < len(self.limits) else (None, None)
            self.count += 1
            for source, to, limit in ((near, far, limits[0]), (far, near, limits[1])):
                q = queue.Queue()
                threading.Thread(target=self.take, args=(source, q, limit), daemon=True).start()
                threading.Thread(target=self.give, args=(to, source, q), daemon=True).start()

    def take(self, source, q, limit):
        data = b"x"
        while data:
            try:
                data = source.recv(65536 if limit is None else min(65536, limit))
            except OSError:
                data = b""
            if limit is not None:
                limit -= len(data)
            q.put((self.due(), data))
            if limit == 0:
                self.cuts += 1
                q.put((0, b""))
                return

    def due(self):
        at = time.monotonic() + self.delay
        return at if not self.burst else math.ceil(at / self.burst) * self.burst

    def give(self, to, source, q):
        while True:
            due, data = q.get()
            time.sleep(max(0, due - time.monotonic()))
            while self.burst and data and not q.empty() and q.queue[0][0] <= time.monotonic() and q.queue[0][1]:
                data += q.get()[1]
            try:
                if not data:
                    raise OSError
                to.sendall(data)
            except OSError:
                for s in (to, source):
                    try:
                        s.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
                return
