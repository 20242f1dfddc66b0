# SPDX-License-Identifier: MIT
"""Who came, and how: nothing in a login's record is the user's own word."""
import os
import socket

from host import RUN
from template import PAM_FIRST, PAM_LAST, write
from term import Skip, check, equal, wait_until

COUNT = "/usr/libexec/holdfast/pam_count.so"
PAM = "/etc/pam.d/sshd"
CONF = "/etc/holdfast/holdfast.conf"
KEY = "publickey ssh-ed25519 "
LIES = {"SSH_AUTH_INFO_0": "hostbased of-an-intruder", "SSH_CONNECTION": "192.0.2.66 6666 192.0.2.67 67",
        "XDG_SESSION_ID": "666", "HOLDFAST_TICKET": "00112233445566778899aabbccddeeff", "SSH_CLIENT": "192.0.2.66 6 22",
        "SSH_USER_AUTH": "/tmp/lies"}


def record(host):
    """The one record that there is: its values, and those of "auth" in a list."""
    names = host.records()
    equal(len(names), 1, "records")
    found = {"auth": []}
    with open(os.path.join(RUN, "logins", names[0])) as f:
        for line in f.read().splitlines():
            key, _, value = line.partition(" ")
            if key == "auth":
                found["auth"].append(value)
            else:
                found[key] = value
    return found


def lie(host, path, form="%s=%s\n"):
    write(path, "".join(form % (k, v) for k, v in LIES.items()), 0o600, host.ids("alice")[:2])


def stack(first, middle="", last=PAM_LAST):
    """Our lines in sshd's stack, with MIDDLE straight before the last one."""
    with open(PAM) as f:
        lines = [line for line in f if "pam_holdfast" not in line]
    write(PAM, first + "".join(lines) + middle + last)


def test_forged_by_pam_environment(host):
    """pam_env reads ~/.pam_environment as root, before the last line."""
    lie(host, "/home/alice/.pam_environment", "%s DEFAULT=\"%s\"\n")
    stack(PAM_FIRST, "session required pam_env.so user_readenv=1\n")
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    found = record(host)
    check(found["auth"][0].startswith(KEY), "the method is %r" % found["auth"])
    check(found["address"] == "127.0.0.1" and found["local-port"] == str(host.port()), "the connection is %r" % found)
    equal(found["xdg-session"], "-", "the session's number")
    t.line("exit")
    t.wait_exit()
    t = host.login()
    host.session(state="attached")
    lines = host.syslog.find(r"holdfastd.*create")
    check(lines and "SHA256:" in lines[-1] and "address=127.0.0.1" in lines[-1], "the audit has %r" % lines)
    check(not [x for x in host.syslog.find("holdfastd") if "intruder" in x or "192.0.2.66" in x], "a lie is in the log")
    equal(t.ask("$SSH_AUTH_INFO_0"), "", "SSH_AUTH_INFO_0 in the held shell")
    marked = host.mark(t)
    host.drop(t)
    marked.same(host.ssh())


def test_policy_believes_no_lie(host):
    write(CONF, "Match Address 192.0.2.66\n\tEnable no\nMatch Key of-an-intruder\n\tEnable no\n")
    lie(host, "/home/alice/.pam_environment", "%s DEFAULT=\"%s\"\n")
    stack(PAM_FIRST, "session required pam_env.so user_readenv=1\n")
    check(host.login().ask("$HOLDFAST_SESSION"), "a lie of the user's was matched")


def test_forged_by_ssh(host):
    """~/.ssh/environment and variables that the client sends."""
    host.configure_sshd("PermitUserEnvironment yes\nAcceptEnv *\n")
    os.makedirs("/home/alice/.ssh", exist_ok=True)
    lie(host, "/home/alice/.ssh/environment")
    send = ["SetEnv=" + " ".join("%s='%s'" % (k, v) for k, v in LIES.items())]
    t = host.login(options=["-o", *send])
    t.run("export PS1='PROMPT$ '")
    found = record(host)
    check(found["auth"][0].startswith(KEY), "the method is %r" % found["auth"])
    equal((found["address"], found["xdg-session"]), ("127.0.0.1", "-"), "address and number")
    host.session(state="attached")


def test_last_line_alone(host):
    """A host that was set up before there was a first line: held, and nobody knows by what."""
    write(CONF, "Match Key *\n\tEnable no\n")
    stack("")
    t = host.login()
    first = host.session(state="attached")
    equal(record(host)["auth"], [], "methods")
    equal(record(host)["address"], "127.0.0.1", "the address")
    host.drop(t)
    other = host.login()
    check(host.session(state="attached")["id"] != first["id"], "an unknown login has resumed a session by itself")
    equal(len(host.sessions()), 2, "sessions")
    other.line("exit")
    other.wait_exit()


def test_modules_own_connections(host):
    """A module that keeps a connection of its own: which is the login's is not known, and that is said so."""
    server = socket.socket()
    server.bind(("127.0.0.1", 3890))
    server.listen(1)
    if not os.path.exists(COUNT):
        raise Skip("pam_count was not built")
    stack(PAM_FIRST, "session required %s connect=3890\n" % COUNT)
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    found = record(host)
    equal((found["address"], found["port"], found["local-port"]), ("-", "-", "-"), "the connection")
    check(found["auth"][0].startswith(KEY), "the method is %r" % found["auth"])
    t.line("exit")
    t.wait_exit()
    wait_until(lambda: not host.records(), "the record is removed")
    server.close()


def test_over_ipv6(host):
    host.configure_sshd("ListenAddress ::\n")
    for to, address in (("::1", "::1"), ("127.0.0.1", "127.0.0.1")):
        t = host.login(options=["-o", "HostName=" + to, "-o", "SetEnv=LC_HOLDFAST=off"])
        found = record(host)
        equal([found["address"], found["port"], found["local-address"], found["local-port"]],
              t.ask("$SSH_CONNECTION").split(), "the connection to %s" % to)
        equal(found["address"], address, "the form of the address")
        t.line("exit")
        t.wait_exit()
        wait_until(lambda: not host.records(), "the record is removed")
