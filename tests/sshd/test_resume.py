# SPDX-License-Identifier: MIT
"""The subsystem: ssh -s resume with a terminal and without."""
import os
import subprocess

from term import check, equal


def test_with_a_terminal(host):
    t = host.ssh(options=["-tt", "-s"], args=["resume"]).prompt()
    s = host.session(state="attached")
    equal(t.ask("$HOLDFAST_SESSION"), str(s["id"]), "HOLDFAST_SESSION")
    equal(t.ask("$(stty size)"), "24 80", "size")
    marked = host.mark(t)
    host.drop(t)
    t = host.ssh(options=["-tt", "-s"], args=["resume"], size=(30, 100))
    marked.same(t)
    equal(t.ask("$(stty size)"), "30 100", "size after the resume")
    host.drop(t)
    t = host.ssh()
    marked.same(t)
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh")
    host.wait_none()


def test_status_with_a_terminal(host):
    t = host.ssh(options=["-tt", "-s"], args=["resume"]).prompt()
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh")
    host.wait_none()


def test_configured_host(host):
    """The lines of the README: ssh host-resume."""
    t = host.login(host="server-resume")
    marked = host.mark(t)
    host.drop(t)
    marked.same(host.ssh(host="server-resume"))


def test_without_a_terminal(host):
    r = host.ssh_run(options=["-s"], args=["resume"], input=b"stty -echo\nprintf 'si%s[%s]\\n' ze \"$(stty size)\"\nexit 6\n")
    equal(r.returncode, 6, "the status of ssh")
    check(b"size[24 80]" in r.stdout, "output %r" % r.stdout[-500:])
    host.wait_none()


def test_hint_without_a_byte(host):
    """Somebody who waits is told what this is; a byte that comes later is typed into the session."""
    uid, gid, groups = host.ids("laptop")
    p = subprocess.Popen(host.ssh_argv(options=["-s"], args=["resume"]), user=uid, group=gid, extra_groups=groups,
                         cwd="/home/laptop", env={"PATH": "/usr/bin:/bin", "HOME": "/home/laptop"}, bufsize=0,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    line = p.stdout.readline()
    check(b"ssh -t" in line, "the first line says nothing of ssh -t: %r" % line)
    equal(host.sessions(), [], "sessions before the first byte")
    out = p.communicate(b"exit 6\n", 60)[0]
    equal(p.returncode, 6, "the status of ssh; output %r" % out)


def test_pipes_are_exact(host):
    r = host.ssh_run(options=["-s"], args=["resume"], input=b"seq 1 100000; exit 3\n")
    equal(r.returncode, 3, "the status of ssh")
    want = b"".join(b"%d\r\n" % i for i in range(1, 100001))
    check(want in r.stdout, "the output of seq is not there whole")
    host.wait_none()


def test_resumes_what_a_login_left(host):
    t = host.login()
    pid = t.shell_pid()
    host.drop(t)
    r = host.ssh_run(options=["-s"], args=["resume"], input=b"printf 'pi%s[%s]\\n' d $$\nexit 4\n")
    equal(r.returncode, 4, "the status of ssh")
    check(b"pid[%d]" % pid in r.stdout, "another shell: %r" % r.stdout[-300:])


def test_pipes_are_dropped_too(host):
    """The end of input is not the end while somebody reads; the end of the connection is a drop."""
    uid, gid, groups = host.ids("laptop")
    p = subprocess.Popen(host.ssh_argv(options=["-s"], args=["resume"]), user=uid, group=gid, extra_groups=groups,
                         env={"HOME": "/home/laptop", "PATH": "/usr/bin:/bin"}, stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
    p.stdin.write(b"kept=yes; sleep 1; printf 'pi%s[%s]\\n' d $$\n")
    p.stdin.close()
    got = b""
    while b"pid[" not in got:
        more = os.read(p.stdout.fileno(), 65536)
        check(more, "the output ended: %r" % got)
        got += more
    equal(host.session()["state"], "attached", "state after the end of input")
    p.kill()
    p.wait()
    s = host.wait_sessions(1, "dropped")[0]
    t = host.ssh()
    equal(t.shell_pid(), s["shell_pid"], "the shell")
    equal(t.ask("$kept"), "yes", "what was typed before the end of input")


def test_by_name(host):
    named = ["-o", "SetEnv=LC_HOLDFAST=deploy"]
    t = host.ssh(options=["-tt", "-s", *named], args=["resume"]).prompt()
    pid = t.shell_pid()
    equal(host.session()["name"], "deploy", "name")
    host.drop(t)
    other = host.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    host.drop(other, 2)
    t = host.ssh(options=["-tt", "-s", *named], args=["resume"])
    equal(t.shell_pid(), pid, "the named session")


def test_by_number(host):
    t = host.login()
    pid = t.shell_pid()
    number = host.session()["id"]
    host.drop(t)
    other = host.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    host.drop(other, 2)
    t = host.ssh(options=["-tt", "-s", "-o", "SetEnv=LC_HOLDFAST=%d" % number], args=["resume"])
    equal(t.shell_pid(), pid, "the session asked for")


def test_without_holdfastd(host):
    """An error that can be read, or a shell; not silence."""
    host.stop_holdfastd()
    t = host.ssh(options=["-tt", "-s"], args=["resume"])
    t.wait_for(r"(holdfast[^\r\n]*|PROMPT\$ )", 20, "a word or a shell")
