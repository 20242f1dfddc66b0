# SPDX-License-Identifier: MIT
"""Forwards of the client's libssh transport: -L, -R, -D, the agent; real bytes, both ways, half-closed."""
import hashlib
import os
import shutil
import socket
import struct
import subprocess
import threading

from host import by_hand

from term import check, equal, wait_until
from test_transport import CAT, HOME, SSH, cat, echo, ends, keygen, serve, works

SIZE = 1 << 20


class Echo(threading.Thread):
    """Sends back what it gets, and only after the end of the input, so that half-closing counts."""

    def __init__(self, family=socket.AF_INET, address=("127.0.0.1", 0)):
        super().__init__(daemon=True)
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.bind(address)
        self.sock.listen(50)
        self.address = self.sock.getsockname()
        self.start()

    def run(self):
        while True:
            c, _ = self.sock.accept()
            threading.Thread(target=self.serve, args=(c,), daemon=True).start()

    @staticmethod
    def serve(c):
        data = b""
        while True:
            b = c.recv(65536)
            if not b:
                break
            data += b
        c.sendall(data)
        c.close()


def open_cat(host, *args):
    """transport-cat that stays until its input ends; waits until it is through."""
    uid, gid, groups = host.ids("laptop")
    p = subprocess.Popen(["setsid", CAT, "-l", "alice", *args, "server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=open(os.path.join(host.log, "cat.err"), "ab"), user=uid, group=gid, extra_groups=groups,
                         env={"PATH": "/usr/bin:/bin", "HOME": HOME, "TRANSPORT_CAT_END": "1"}, cwd=HOME)
    p.stdin.write(b"x")
    p.stdin.flush()
    check(p.stdout.read(1) == b"x", "no echo through the transport")
    return p


def close_cat(p):
    p.stdin.close()
    equal(p.wait(30), 0, "the status of transport-cat")


def exchange(s, data):
    """Sends DATA and the end of it, and reads to the end."""
    def send():
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
    t = threading.Thread(target=send)
    t.start()
    got = b""
    while True:
        b = s.recv(65536)
        if not b:
            break
        got += b
    t.join()
    s.close()
    return got


def refused(s):
    """Nothing is behind it: it ends without a word, or is reset with what was sent and nobody read."""
    try:
        equal(exchange(s, b"x"), b"", "what a refused destination says")
    except ConnectionError:
        pass


def same(s, what):
    data = os.urandom(SIZE)
    equal(hashlib.sha256(exchange(s, data)).hexdigest(), hashlib.sha256(data).hexdigest(), "bytes by " + what)


def connect(port, host="127.0.0.1"):
    return wait_until(lambda: attempt(port, host), "port %d takes connections" % port)


def attempt(port, host):
    try:
        s = socket.create_connection((host, port), 20)
        return s
    except OSError:
        return None


def unix(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(path)
    return s


@by_hand
def test_local(host):
    serve(host)
    echo_server = Echo()
    Echo(socket.AF_UNIX, "/tmp/echo")
    os.chmod("/tmp/echo", 0o777)
    port = echo_server.address[1]
    p = open_cat(host, "-L", "7001:127.0.0.1:%d" % port, "-L", "7002:/tmp/echo", "-L", HOME + "/s:localhost:%d" % port,
                 "-L", "127.0.0.1:7003:127.0.0.1:1")
    same(connect(7001), "a port")
    same(connect(7001, "::1"), "a port by IPv6")
    same(connect(7002), "a port to a socket")
    same(unix(HOME + "/s"), "a socket")
    refused(connect(7003))
    many = [connect(7001) for _ in range(30)]
    for i, s in enumerate(many):
        same(s, "connection %d of many" % i)
    close_cat(p)
    check(not os.path.exists(HOME + "/s"), "the socket is still there")


@by_hand
def test_remote(host):
    serve(host)
    echo_server = Echo()
    p = open_cat(host, "-R", "7011:localhost:%d" % echo_server.address[1], "-R", "7012:127.0.0.1:1", "-R", "7013")
    same(connect(7011), "a remote port")
    refused(connect(7012))
    same(socks5(connect(7013), "localhost", echo_server.address[1]), "a remote dynamic forward")
    close_cat(p)


def socks5(s, host, port):
    s.sendall(b"\5\2\0\2")
    equal(read(s, 2), b"\5\0", "the method")
    s.sendall(b"\5\1\0\3" + bytes([len(host)]) + host.encode() + struct.pack(">H", port))
    equal(read(s, 10)[:2], b"\5\0", "the answer of SOCKS 5")
    return s


def socks4(s, host, port):
    s.sendall(b"\4\1" + struct.pack(">H", port) + b"\0\0\0\1me\0" + host.encode() + b"\0")
    equal(read(s, 8)[:2], b"\0\x5a", "the answer of SOCKS 4a")
    return s


def read(s, n):
    got = b""
    while len(got) < n:
        b = s.recv(n - len(got))
        check(b, "the end after %r" % got)
        got += b
    return got


@by_hand
def test_dynamic(host):
    serve(host)
    port = Echo().address[1]
    p = open_cat(host, "-D", "7021")
    same(socks5(connect(7021), "localhost", port), "SOCKS 5")
    same(socks4(connect(7021), "localhost", port), "SOCKS 4a")
    s = connect(7021)
    s.sendall(b"\5\1\0")
    equal(read(s, 2), b"\5\0", "the method")
    s.sendall(b"\5\1\0\1\x7f\0\0\1\0\1")
    check(read(s, 10)[1] != 0, "a refused connection is a success")
    s = connect(7021)
    s.sendall(b"GET / HTTP/1.0\r\n\r\n")
    equal(s.recv(100), b"", "the answer to nonsense")
    close_cat(p)


@by_hand
def test_refused(host):
    """A port that is taken here; a -R that the host does not give."""
    serve(host, "AllowTcpForwarding local")
    taken = socket.socket()
    taken.bind(("127.0.0.1", 7031))
    taken.listen(1)
    r = echo(host, "-L", "7031:localhost:1")
    works(r)
    check(b"cannot listen on port 7031" in r.stderr, "not said: %r" % r.stderr)
    ends(echo(host, "-L", "7031:localhost:1", "-o", "ExitOnForwardFailure=yes"), "refused", "7031")
    p = open_cat(host, "-R", "7032:localhost:1")
    close_cat(p)
    wait_until(lambda: "does not forward its port 7032" in open(os.path.join(host.log, "cat.err")).read(), "it is said")
    r = cat(host, "-l", "alice", "-R", "7032:localhost:1", "-o", "ExitOnForwardFailure=yes", "server")
    ends(r, "refused", "refuses a remote forward")


@by_hand
def test_agent(host):
    """ssh-add on the host lists the keys of the laptop's agent, and signs with them."""
    serve(host)
    keygen("/tmp/k", "-t", "ed25519", "-N", "", "-C", "in-the-agent")
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", "/tmp/agent"], stdout=subprocess.DEVNULL)
    wait_until(lambda: os.path.exists("/tmp/agent"), "the agent listens")
    subprocess.run(["ssh-add", "-q", "/tmp/k"], check=True, env={"SSH_AUTH_SOCK": "/tmp/agent"})
    shutil.copy("/tmp/k.pub", "/home/alice/k.pub")
    os.chmod("/home/alice/k.pub", 0o644)

    def run(*args):
        return subprocess.run(["setsid", CAT, "-F", SSH + "/config", "-l", "alice", *args, "-X",
                               "ssh-add -L; ssh-add -T k.pub && echo signed", "server"], stdin=subprocess.DEVNULL,
                              env={"PATH": "/usr/bin:/bin", "HOME": "/root", "SSH_AUTH_SOCK": "/tmp/agent"},
                              capture_output=True, timeout=60)
    out = run("-A").stdout
    check(b"in-the-agent" in out and b"signed" in out, "the host sees %r" % out)
    out = run("-o", "ForwardAgent=/tmp/agent").stdout
    check(b"signed" in out, "with a path the host sees %r" % out)
    check(b"in-the-agent" not in run().stdout, "it is forwarded unasked")
    agent.terminate()
    agent.wait()


@by_hand
def test_by_command(host):
    serve(host)
    port = Echo().address[1]
    p = open_cat(host, "-e", "ssh", "-L", "7041:127.0.0.1:%d" % port)
    same(connect(7041), "ssh underneath")
    close_cat(p)


@by_hand
def test_while_busy(host):
    """A forward carries bytes while the main stream floods, and the other way round."""
    serve(host)
    port = Echo().address[1]
    uid, gid, groups = host.ids("laptop")
    size = 30 << 20
    p = subprocess.Popen(["setsid", CAT, "-l", "alice", "-L", "7051:127.0.0.1:%d" % port, "-X",
                          "head -c %d /dev/zero; cat" % size, "server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, user=uid, group=gid, extra_groups=groups, cwd=HOME,
                         env={"PATH": "/usr/bin:/bin", "HOME": HOME, "TRANSPORT_CAT_END": "1"})
    got = []
    flood = threading.Thread(target=lambda: got.append(len(p.stdout.read(size))))
    flood.start()
    for i in range(4):
        same(connect(7051), "connection %d beside a flood" % i)
    p.stdin.write(b"end")
    p.stdin.flush()
    # closing its input ends it at once, with whatever is still under way
    flood.join()
    equal(got, [size], "bytes of the main stream")
    equal(p.stdout.read(3), b"end", "what was sent behind it")
    close_cat(p)


