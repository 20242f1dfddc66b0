# SPDX-License-Identifier: MIT
"""Calls of methods in another process of the lab: of a machine, or of the router."""
import functools
import multiprocessing.connection as mc
import threading
import traceback

from term import DEADLINE, Failed, Skip

ANSWER = DEADLINE + 30  # seconds: what waits on the other side has a limit of its own


class Remote:
    """Its methods are those of the object that serve() serves at PATH; each call is a connection of its own."""

    def __init__(self, path, name):
        self._path, self.name = path, name

    def __getattr__(self, method):
        if method.startswith("_"):
            raise AttributeError(method)
        return functools.partial(self._call, method)

    def _call(self, method, *args, **kw):
        try:
            with mc.Client(self._path, "AF_UNIX") as c:
                c.send((method, args, kw))
                if not c.poll(ANSWER):
                    raise Failed("%s: no answer to %s within %d s" % (self.name, method, ANSWER))
                good, value = c.recv()
        except (OSError, EOFError) as e:
            raise Failed("%s is away: %s (%s)" % (self.name, e or type(e).__name__, method)) from e
        if not good:
            raise value
        return value

    def answers(self, seconds=2.0):
        """Whether it answers now: a stopped machine does not, nor one without power."""
        try:
            with mc.Client(self._path, "AF_UNIX") as c:
                c.send(("ping", (), {}))
                return c.poll(seconds)
        except (OSError, EOFError):
            return False


def serve(path, served):
    """Answers calls for good.  What a method raises, its caller gets."""
    listener = mc.Listener(path, "AF_UNIX", backlog=64)
    while True:
        try:
            connection = listener.accept()
        except OSError:
            continue
        threading.Thread(target=answer, args=(served, connection), daemon=True).start()


def answer(served, connection):
    with connection:
        try:
            method, args, kw = connection.recv()
            value = (True, None) if method == "ping" else (True, getattr(served, method)(*args, **kw))
        except Exception as e:
            traceback.print_exc()
            value = (False, e if isinstance(e, (AssertionError, Skip)) else Failed("%s: %s" % (type(e).__name__, e)))
        try:
            connection.send(value)
        except OSError:
            pass  # the caller has gone
        except Exception as e:
            connection.send((False, Failed("the answer can't be sent: %s" % e)))
