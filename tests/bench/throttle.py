# SPDX-License-Identifier: MIT
"""A slow link: a proxy in front of sshd that lets RATE bytes a second through, with small socket buffers."""
import select
import socket
import threading
import time

from template import PORT

BUFFER = 4096     # of each socket; the kernel doubles it
TICK = 0.01


class Throttle:
    def __init__(self, rate=100000):
        """RATE: bytes a second to the client; None: as fast as it goes."""
        self.rate, self.passed, self.pairs = rate, 0, []
        self.standing = False  # nothing gets through to the client, as in a tunnel
        self.listener = socket.socket()
        if rate:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(8)
        self.port = self.listener.getsockname()[1]
        self.open, self.down = True, threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def options(self):
        return ["-p", str(self.port)]

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.open = False
        self.listener.shutdown(socket.SHUT_RDWR)
        self.cut()

    def accept(self):
        while self.open:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.down.is_set():
                client.close()
                continue
            server = socket.socket()
            if self.rate:
                server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            server.connect(("127.0.0.1", PORT))
            for s in (client, server):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.pairs.append((client, server))
            threading.Thread(target=self.pump, args=(client, server, None), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, self.rate), daemon=True).start()

    def pump(self, source, target, rate):
        allowed, then = 0.0, time.monotonic()
        try:
            while True:
                if rate:
                    now = time.monotonic()
                    allowed = min(allowed + (now - then) * rate, rate * TICK * 4)
                    then = now
                    if allowed < 500 or self.standing:
                        time.sleep(TICK)
                        continue
                select.select([source], [], [])
                data = source.recv(int(min(allowed, 65536)) if rate else 65536)
                if not data:
                    break
                target.sendall(data)
                allowed -= len(data)
                if rate:
                    self.passed += len(data)
        except OSError:
            pass
        for s in (source, target):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        self.down.set()
        for pair in self.pairs:
            for s in pair:
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.pairs = []

    def mend(self):
        self.down.clear()
