# SPDX-License-Identifier: MIT
"""A line between a client and sshd whose delay and troubles a test chooses while it is used."""
import select
import socket
import struct
import threading
import time

PIECE = 65536


def end(near):
    """Without a RST: what has come is read first."""
    near.shutdown(socket.SHUT_WR)
    near.settimeout(2)
    try:
        while near.recv(1000):
            pass
    except OSError:
        pass
    near.close()


def reset(near):
    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    near.close()


def http(near):
    """A web server that was told no HTTP: what a network answers that wants people to sign in first."""
    near.settimeout(10)
    near.recv(1000)
    near.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>Sign in</html>\r\n")
    near.close()


ENDS = {"end": end, "reset": reset, "http": http}


class Passage:
    """One connection over the line: bytes wait in it for their time."""

    def __init__(self, near, far):
        self.socks = (near, far)
        self.waiting = ([], [])       # to far, to near: (when, bytes)
        self.deaf = self.gone = False
        self.moved = 0                # bytes so far


class Line:
    """Listens on PORT and passes on to TO.  RTT: seconds to and fro.  A connection is accepted at once: the delay is
    that of its bytes."""

    def __init__(self, port, to, rtt=0.0):
        self.to, self.delay = to, rtt / 2
        self.passages = []
        self.count = 0                # connections so far
        self.closed = None            # new connections: None, they work; "mute", they never say anything;
                                      # or one of ENDS
        self.held = False             # all bytes wait
        self.resets_behind = False    # once: the next bytes to the client, and a RST right behind them
        self.lock = threading.Lock()
        self.port = port
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.serve, daemon=True).start()

    def reset(self):
        """All connections break with a RST, both ways."""
        with self.lock:
            for p in self.passages:
                for s in p.socks:
                    reset(s)
            self.passages = []

    def refuse(self):
        """Nobody listens any more."""
        with self.lock:
            self.listener.close()

    def listen(self):
        with self.lock:
            self.listener = socket.create_server(("127.0.0.1", self.port))

    def silence(self):
        """Nothing gets through any more, on the connections that there are; new ones work."""
        with self.lock:
            for p in self.passages:
                p.deaf = True

    def accept(self):
        near, _ = self.listener.accept()
        self.count += 1
        if self.closed in ENDS:
            ENDS[self.closed](near)
            return
        far = socket.create_connection(self.to)
        for s in (near, far):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        p = Passage(near, far)
        p.deaf = self.closed == "mute"
        self.passages.append(p)

    def take(self, p, i, now):
        try:
            data = p.socks[i].recv(PIECE)
        except OSError:
            data = b""
        p.moved += len(data)
        if not p.deaf:
            p.waiting[i].append((now + self.delay, data))
        if not data:
            p.gone = True

    def reset_behind(self, p):
        """The client has the bytes and the end in one look at its connection."""
        self.resets_behind = False
        for s in p.socks:
            reset(s)
        p.gone, p.waiting = True, ([], [])

    def open_ways(self):
        return () if self.held else (0, 1)

    def give(self, p, now):
        for i in self.open_ways():
            while p.waiting[i] and p.waiting[i][0][0] <= now:
                data = p.waiting[i].pop(0)[1]
                try:
                    p.socks[1 - i].sendall(data) if data else p.socks[1 - i].shutdown(socket.SHUT_WR)
                except OSError:
                    p.gone = True
                if data and i == 1 and self.resets_behind:
                    self.reset_behind(p)
                    return

    def turn(self):
        ends = {s: (p, i) for p in self.passages if not p.gone for i, s in enumerate(p.socks)}
        due = [p.waiting[i][0][0] for p in self.passages for i in self.open_ways() if p.waiting[i]]
        if self.listener.fileno() < 0:
            time.sleep(0.01)
            return ends, select.select([*ends], [], [], 0)[0]
        wait = min([0.05] + [max(0, t - time.monotonic()) for t in due])
        return ends, select.select([self.listener, *ends], [], [], wait)[0]

    def serve(self):
        while True:
            with self.lock:
                ends = None
                self.passages, over = [p for p in self.passages if not p.gone or any(p.waiting)], \
                    [p for p in self.passages if p.gone and not any(p.waiting)]
                for p in over:
                    for s in p.socks:
                        s.close()
                try:
                    ends, ready = self.turn()
                except (OSError, ValueError):
                    continue
                now = time.monotonic()
                for s in ready:
                    if s is self.listener:
                        self.accept()
                    else:
                        self.take(*ends[s], now)
                for p in self.passages:
                    self.give(p, now)
            time.sleep(0)
