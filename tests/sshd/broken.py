# SPDX-License-Identifier: MIT
"""What a login is like with holdfast broken: one login a row, beside the same user's login without holdfast."""
import contextlib
import os
import re
import shutil
import signal
import time

from host import RUN
from template import write
from term import Failed, check, wait_until

PLAIN, HELD, EITHER = "plain", "held", "either"
# A login that waits for LoginTimeout does not come to its prompt within the time that a case waits for one.
CONFIG = "LoginTimeout 10m\n"
SEQUENCES = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]")


class Seen:
    """One login, from its beginning to what it has left behind."""

    def __init__(self, host, user, options=()):
        start = time.monotonic()
        t = host.ssh(user, options=options)
        found = t.wait_for(r"PROMPT\$ ", what="a prompt")
        self.seconds = time.monotonic() - start
        text = SEQUENCES.sub("", bytes(t.data[:t.mark - len(found.group())]).decode("utf-8", "replace"))
        self.lines = [x for x in re.split(r"[\r\n]+", text) if x.strip()]
        self.held = t.ask("$HOLDFAST_SESSION" if user != "tom" else "$?HOLDFAST_SESSION") not in ("", "0")
        t.line("exit 7")
        self.status = t.wait_exit()
        t.close()
        host.terms.remove(t)

    def __repr__(self):
        return "%s, status %d, %.2f s, %s" % (HELD if self.held else PLAIN, self.status, self.seconds, self.lines)


def left_behind(host):
    """What is there of sessions although no login is."""
    found = ["a keeper"] * len(host.named("holdfast-keeper"))
    daemon = host.holdfastd.pid if host.holdfastd and host.holdfastd.poll() is None else None
    found += ["a leader"] * len([p for p in host.named("holdfastd") if p != daemon])
    for sub in ("leaders", "logins"):
        try:
            # what pam_holdfast leaves for holdfastd to find later is meant to be left (common/run/unseen.h)
            found += [sub + "/" + n for n in os.listdir(os.path.join(RUN, sub))
                      if not n.startswith((".away.", ".off.", ".lock"))]
        except OSError:
            pass
    return found


class Table:
    """Runs rows, and fails at its end with all that did not hold."""

    def __init__(self, host, users=("alice",)):
        self.host, self.failed, self.rows = host, [], 0
        write("/etc/holdfast/holdfast.conf", CONFIG)
        off = ["-o", "SetEnv=LC_HOLDFAST=off"]
        self.plain = {u: Seen(host, u, off) for u in users}
        self.slowest = (0.0, "")

    def row(self, what, expected=PLAIN, user="alice", own_words=False, quiet=False, options=(), words=None):
        """
        One login of USER's.  WHAT says how holdfast is broken.  It shows at most one line that a plain login does not;
        with OWN_WORDS the shell may have its say besides, about a file that it can't read or run.  A shell that is not
        held shows that line (WORDS, if given), unless QUIET: the person or the administrator has decided so, or no part
        of holdfast is left that could say it.  OPTIONS are ssh's.
        """
        self.rows += 1
        beside = self.plain[user]
        try:
            seen = Seen(self.host, user, options)
            problems = []
            if expected != EITHER and seen.held != (expected == HELD):
                problems.append("expected a %s shell" % expected)
            if seen.status != 7:
                problems.append("expected status 7")
            more = [x for x in seen.lines if x not in beside.lines and (not own_words or "holdfast: " in x)]
            if len(more) > 1:
                problems.append("expected one line at most")
            if not seen.held and not quiet and not own_words and not [x for x in more if x.startswith("holdfast: ")]:
                problems.append("expected a line of holdfast's that says why")
            if words and words not in more:
                problems.append("expected the line %r" % words)
            if (seen.held or quiet) and [x for x in more if "not held" in x]:
                problems.append("expected no line about a shell that is not held")
            if problems:
                raise Failed("%s: found %r" % ("; ".join(problems), seen))
            wait_until(lambda: not left_behind(self.host), "nothing is left behind")
            self.slowest = max(self.slowest, (seen.seconds, what))
        except (Failed, OSError) as e:
            self.failed.append("%s (%s): %s%s" % (what, user, e, left(self.host)))
            self.clear()

    def clear(self):
        """After a row that failed: the next one begins with nothing."""
        for t in self.host.terms:
            if t.alive():
                t.kill()
            t.close()
        self.host.terms = []
        daemon = self.host.holdfastd.pid if self.host.holdfastd else None
        for p in self.host.named("holdfast-keeper") + [p for p in self.host.named("holdfastd") if p != daemon]:
            os.kill(p, signal.SIGKILL)

    def end(self):
        self.host.note("%d rows; a plain login %.2f s; the slowest %.2f s: %s"
                       % (self.rows, max(s.seconds for s in self.plain.values()), *self.slowest))
        check(not self.failed, "%d of %d rows: %s" % (len(self.failed), self.rows, " | ".join(self.failed)))


def left(host):
    found = left_behind(host)
    return "; left behind: %s" % ", ".join(found) if found else ""


# files ----------------------------------------------------------------------------------------------------------------

def missing(path):
    pass


def unreadable(path):
    shutil.copy2(path + AWAY, path)
    os.chmod(path, 0)


def empty(path):
    write(path, "", os.stat(path + AWAY).st_mode & 0o7777)


def half(path):
    """Of a program, so much that it can be executed, and not run."""
    with open(path + AWAY, "rb") as f:
        data = f.read()
    with open(path, "wb") as f:
        f.write(data[:8192 if data.startswith(b"\x7fELF") else len(data) // 2])
    shutil.copymode(path + AWAY, path)


def garbage(path):
    """Without a byte that means something to a shell, but for the newline."""
    with open(path, "wb") as f:
        f.write(bytes(i * 7 % 128 + 128 if i % 100 else i // 100 % 2 * 10 for i in range(1000)))
    shutil.copymode(path + AWAY, path)


def directory(path):
    os.mkdir(path)


def foreign(path):
    shutil.copy2(path + AWAY, path)
    os.chown(path, 1000, 1000)


def loop(path):
    os.symlink(os.path.basename(path), path)


BREAKAGES = (missing, unreadable, empty, half, garbage, directory, foreign, loop)
AWAY = ".away"


class Broken:
    """While entered, the files PATHS are broken in one way; afterwards they are as before."""

    def __init__(self, breakage, *paths):
        self.breakage, self.paths = breakage, paths

    def __enter__(self):
        for path in self.paths:
            os.rename(path, path + AWAY)
            self.breakage(path)

    def __exit__(self, *exc):
        for path in self.paths:
            if os.path.isdir(path) and not os.path.islink(path):
                os.rmdir(path)
            elif os.path.lexists(path):
                os.unlink(path)
            os.rename(path + AWAY, path)


@contextlib.contextmanager
def daemon_stopped(host):
    """holdfastd has been asked to end."""
    host.stop_holdfastd()
    yield
    host.start_holdfastd()


@contextlib.contextmanager
def daemon_hung(host):
    os.kill(host.holdfastd.pid, signal.SIGSTOP)
    yield
    os.kill(host.holdfastd.pid, signal.SIGCONT)
