# SPDX-License-Identifier: MIT
"""IdleDetach: a terminal at which nobody types is put out, and the session stays.  tests/systemd/test_idle.py has logind."""
import time

import framed
from framed import Framed
from template import write
from term import check, equal, wait_until
from test_client import client

CONF = "/etc/holdfast/holdfast.conf"


def test_put_out_and_resumed(host):
    # not less: on a busy machine marking the shell takes a while
    write(CONF, "IdleDetach 8s\n")
    t = host.login()
    marked = host.mark(t)
    # output is no input
    t.line("while :; do date; sleep 0.1; done")
    t.wait_for(r"detached from session 1: no input for 8s; the next login resumes it")
    equal(t.wait_exit(), 0, "the status of ssh")
    host.wait_sessions(1, "dropped")
    wait_until(lambda: host.syslog.find(r"event=drop .* why=idle"), "the audit line")
    # so that the terminal that resumes it is not put out, too
    write(CONF, "IdleDetach none\n")
    t = host.ssh()
    t.wait_for("resumed session")
    t.send("\x03")
    t.prompt()
    marked.same(t)


def test_typing_keeps_it(host):
    write(CONF, "IdleDetach 3s\n")
    t = host.login()
    start = time.monotonic()
    while time.monotonic() - start < 6:
        t.ask("$$")
        t.quiet(0.5)
    check(t.alive(), "put out although somebody types")


def test_one_of_two(host):
    """Each terminal has its own time; one that only looks on has no input."""
    t = host.login()
    write(CONF, "Match User alice\nIdleDetach none\nMatch all\nIdleDetach 1s\n")
    t.quiet(2)
    check(t.alive(), "put out by a rule from after the session began")
    host.drop(t)
    host.ctl("alice", "kill", "1")
    host.wait_none()
    write(CONF, "IdleDetach 4s\n")
    t = host.login()
    other = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    other.line("holdfastctl attach -r 1")
    wait_until(lambda: host.session()["attachments"] == 2, "two attachments")
    while host.session()["attachments"] == 2:
        t.ask("$$")
        t.quiet(0.3)
    other.wait_for(r"no input for 4s; the next login resumes it")
    other.prompt()
    check(t.alive(), "the one that types is put out, too")


def test_framed(host):
    """The client is told, and does not come back by itself."""
    write(CONF, "IdleDetach 3s\n")
    c = Framed(host)
    c.attach()
    pid = c.ask("$$")
    equal(c.wait_end(), (framed.DETACHED, 9, "no input for 3s: detached"), "the end of the attachment")
    host.wait_sessions(1, "dropped")
    # the same stream over another connection would be the client's own doing, and not the person's
    again = Framed(host, c.stream)
    again.hello()
    again.send(framed.ATTACH, again.attach_body(framed.STREAM, want=str(c.stream.id)))
    equal(again.wait_end()[:2], (framed.ERROR, framed.BUSY), "the answer to the stream that was put out")
    c = Framed(host)
    c.attach()
    equal(c.ask("$$"), pid, "the shell")


def test_client(host):
    """holdfast(1) says so, ends, and comes back when a person starts it again."""
    write(CONF, "IdleDetach 3s\n")
    t = client(host).prompt()
    marked = host.mark(t)
    t.wait_for("no input for 3s: detached")
    equal(t.wait_exit(), 0, "the status")
    host.wait_sessions(1, "dropped")
    marked.same(client(host).prompt())
