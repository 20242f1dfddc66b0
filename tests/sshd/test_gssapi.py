# SPDX-License-Identifier: MIT
"""Logins by Kerberos: a real KDC, sshd's GSSAPI, stock ssh and the client."""
import ctypes
import os
import socket
import subprocess
import threading
import time

from kdc import CONFIG, SSHD, Kdc
from template import write
from term import Skip, check, equal, wait_until
from test_client import attached, client, cut
from test_refresh import with_hook

KEY = ("-i", "/home/laptop/.ssh/key1", "-o", "IdentitiesOnly=yes")
NAMESERVER = "10.98.0.9"


def by_ticket(host, *args, **kw):
    """The client, with nothing but a ticket, or with what ARGS name."""
    return client(host, "-F", CONFIG, *args, **kw)


def ssh_options(*more):
    return ["-F", CONFIG, *more]


def time_passes(seconds):
    """A ticket of one second expires, by every measure that libraries have of that."""
    over = time.time() + seconds
    wait_until(lambda: time.time() > over, "%d seconds have passed" % seconds)


def test_ssh(host):
    """Stock ssh, as the measure: held, dropped, and resumed by the same ticket."""
    kdc = Kdc(host)
    kdc.kinit()
    t = host.held(host.login(options=ssh_options()))
    marked = host.mark(t)
    host.drop(t)
    marked.same(host.ssh(options=ssh_options()))
    kdc.check_by_ticket(2)


# The client, and where tickets are ----------------------------------------------------------------------------------


def comes_back(host, kdc):
    t = by_ticket(host).prompt()
    marked = host.mark(t)
    for _ in range(2):
        cut(host)
        attached(host)
        marked.same(t)
    kdc.check_by_ticket(3)
    t.line("exit 7")
    equal(t.wait_exit(), 7, "status")
    check(b"assword" not in t.data, "a password was asked for")


def test_client(host):
    """The client logs in by the ticket, and so it comes back."""
    kdc = Kdc(host)
    kdc.kinit()
    comes_back(host, kdc)


def cached(host, name):
    """The same with krb5.conf's default_ccache_name NAME, and nothing in the environment."""
    kdc = Kdc(host)
    kdc.configure("\tdefault_ccache_name = %s\n" % name)
    kdc.kinit()
    comes_back(host, kdc)


def test_tickets_in_a_directory(host):
    cached(host, "DIR:/home/laptop/tickets")


def test_tickets_in_another_file(host):
    cached(host, "FILE:/home/laptop/ticket")


def test_tickets_in_the_kernel(host):
    """As with KEYRING:persistent, which all worlds of a kernel would share: this keyring is of the case's processes."""
    try:
        keys = ctypes.CDLL("libkeyutils.so.1", use_errno=True)
    except OSError as e:
        raise Skip(str(e)) from e
    if keys.keyctl_join_session_keyring(None) < 0:
        raise Skip("keyctl: " + os.strerror(ctypes.get_errno()))
    cached(host, "KEYRING:session:tickets")


def test_one_of_several(host):
    """Of several tickets the one that ~/.k5identity has for the host, though another one is the latest."""
    kdc = Kdc(host)
    kdc.configure("\tdefault_ccache_name = DIR:/home/laptop/tickets\n")
    write("/home/laptop/.k5identity", "alice@HOLDFAST.TEST host=server\n", 0o644, host.ids("laptop")[:2])
    kdc.kinit("alice")
    kdc.kinit("bob")
    comes_back(host, kdc)


def test_one_of_several_is_expired(host):
    """The latest one, which libssh alone would take, and the one that ~/.k5identity has for the host."""
    kdc = Kdc(host)
    kdc.configure("\tdefault_ccache_name = DIR:/home/laptop/tickets\n")
    write("/home/laptop/.k5identity", "alice@HOLDFAST.TEST host=server\n", 0o644, host.ids("laptop")[:2])
    kdc.kinit("alice")
    kdc.kinit("bob", "-l", "1s")
    time_passes(3)
    comes_back(host, kdc)
    kdc.kinit("bob")
    kdc.kinit("alice", "-l", "1s")
    time_passes(3)
    t = by_ticket(host, *KEY, "--new").prompt()
    equal(kdc.accepted(method="publickey"), 1, "logins by the key")
    check(host.held(t), "the login is held")


def test_tickets_gone_meanwhile(host):
    """Without a ticket there is no way back.  The client says so and goes on trying: a new ticket is enough."""
    kdc = Kdc(host)
    kdc.kinit()
    t = by_ticket(host, "-o", "PreferredAuthentications=gssapi-with-mic").prompt()
    marked = host.mark(t)
    equal(host.as_user("laptop", ["kdestroy"]).returncode, 0, "status of kdestroy")
    cut(host)
    t.wait_for("login refused")
    kdc.kinit()
    t.send("\r~r")
    attached(host)
    marked.same(t)
    kdc.check_by_ticket(2)


# A ticket is there, and no use --------------------------------------------------------------------------------------


def logs_in_by_key(host, kdc, before=0):
    """The client does, and so it comes back; BEFORE: logins by the key until then."""
    t = by_ticket(host, *KEY).prompt()
    marked = host.mark(t)
    cut(host)
    attached(host)
    marked.same(t)
    equal(kdc.accepted(method="publickey"), before + 2, "logins by the key")
    equal(kdc.accepted(), 0, "logins by GSSAPI")


def as_ssh_does(host, kdc):
    host.login(options=ssh_options(*KEY)).line("exit")
    host.wait_none()
    logs_in_by_key(host, kdc, 1)


def test_host_unknown_to_kerberos(host):
    kdc = Kdc(host)
    kdc.kinit()
    kdc.admin("delprinc -force host/server")
    as_ssh_does(host, kdc)
    check(kdc.asked("host/server"), "the KDC was not asked for a ticket for the host")
    check(kdc.requests("gssapi-with-mic"), "the host was not asked for GSSAPI")


def test_kdc_away(host):
    kdc = Kdc(host)
    kdc.kinit()
    kdc.stop()
    as_ssh_does(host, kdc)


def test_host_with_an_old_key(host):
    """sshd cannot read the tickets: the KDC has another key for the host by now."""
    kdc = Kdc(host)
    kdc.kinit()
    kdc.admin("cpw -randkey host/server")
    as_ssh_does(host, kdc)


def test_expired_ticket(host):
    """Neither the host hears of it, each try being one of MaxAuthTries, nor the KDC, which may be out of reach."""
    kdc = Kdc(host)
    kdc.kinit("alice", "-l", "1s")
    asked = kdc.asked("_REQ")
    time_passes(3)
    equal(host.as_user("laptop", ["klist", "-s"]).returncode, 1, "status of klist -s")
    logs_in_by_key(host, kdc)
    cut_short = kdc.requests("none")
    by_ticket(host, *KEY, "--new").prompt()
    equal(kdc.requests("none"), cut_short, "questions for the methods, at a login to an account that is known")
    equal(kdc.requests("gssapi-with-mic"), 0, "tries by GSSAPI that the host got")
    equal(kdc.asked("_REQ"), asked, "requests to the KDC")


class Nameserver(threading.Thread):
    """Takes all questions and answers none."""

    def __init__(self):
        super().__init__(daemon=True)
        subprocess.run(["ip", "addr", "add", NAMESERVER + "/32", "dev", "lo"], check=True)
        write("/etc/resolv.conf", "nameserver %s\noptions timeout:1 attempts:1\n" % NAMESERVER)
        self.questions = []
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((NAMESERVER, 53))
        self.start()

    def run(self):
        while True:
            self.questions.append(self.sock.recv(4096))


def seconds_of(host, *args):
    start = time.monotonic()
    t = by_ticket(host, *KEY, *args).prompt()
    seconds = time.monotonic() - start
    t.line("exit")
    t.wait_exit()
    return seconds


def test_without_tickets(host):
    """Nothing is slower, whatever krb5.conf says, and where no DNS answers; no question is asked."""
    kdc = Kdc(host, SSHD + "GSSAPIStrictAcceptorCheck no\n")
    dns = Nameserver()
    stock = "[libdefaults]\n\tdefault_realm = HOLDFAST.TEST\n%s"
    there = ("-o", "HostName=127.0.0.5")  # an address without a name
    seconds_of(host, *there)
    plain = min(seconds_of(host, *there, "-o", "GSSAPIAuthentication=no") for _ in range(3))
    for name in ("FILE:/home/laptop/ticket", "DIR:/home/laptop/tickets", "KCM:"):
        write("/etc/krb5.conf", stock % "\tdefault_ccache_name = %s\n" % name)
        seconds = min(seconds_of(host, *there) for _ in range(3))
        host.note("a login without tickets, %s: %.2f s; without GSSAPI %.2f s" % (name, seconds, plain))
        check(seconds < plain + 1, "a login without tickets (%s): %.2f s, and %.2f s without GSSAPI" % (
            name, seconds, plain))
    os.unlink("/etc/krb5.conf")
    seconds_of(host, *there)
    equal(len(dns.questions), 0, "questions for the DNS: %s" % dns.questions[:2])
    equal(kdc.requests("gssapi-with-mic"), 0, "tries by GSSAPI that the host got")
    kdc.configure()
    kdc.kinit()
    write("/etc/krb5.conf", stock % "[realms]\n\tHOLDFAST.TEST = {\n\t\tkdc = 127.0.0.1\n\t}\n")
    seconds_of(host, *there)
    check(dns.questions, "with a ticket there was no question for the DNS: so the count shows nothing")


# Delegation ---------------------------------------------------------------------------------------------------------


def has_ticket(t):
    return t.ask("$(klist -s && klist | grep -c krbtgt)") == "1"


def next_prompt(t):
    """The prompt that is there is an old one."""
    t.line("")
    return t


def test_delegation(host):
    """A held shell has the login's ticket, and the next login's from its next prompt on.  In between it has none."""
    with_hook(host, "alice", "bash")
    kdc = Kdc(host)
    kdc.kinit()
    t = host.held(host.login(options=ssh_options("-K")))
    marked = host.mark(t)
    check(has_ticket(t), "the held shell has no ticket")
    cache = t.ask("${KRB5CCNAME#FILE:}")
    check(os.path.exists(cache), "KRB5CCNAME is %r" % cache)
    t.run("(until [ -e ~/go ]; do sleep 0.05; done; klist -s; echo $? >~/job; mv ~/job ~/between) & true")
    host.drop(t)
    wait_until(lambda: not os.path.exists(cache), "sshd removes the ticket with the connection")
    write("/home/alice/go", "")
    wait_until(lambda: os.path.exists("/home/alice/between"), "the job has looked")
    with open("/home/alice/between") as f:
        equal(f.read(), "1\n", "status of klist -s while no login is there")
    t = host.ssh(options=ssh_options("-K"))
    marked.same(next_prompt(t))
    check(has_ticket(t), "the resumed shell has no ticket")
    check(t.ask("${KRB5CCNAME#FILE:}") != cache, "KRB5CCNAME is still %s" % cache)
    host.drop(t)
    t = host.ssh(options=ssh_options("-k"))
    marked.same(next_prompt(t))
    equal(t.ask("${KRB5CCNAME-none}"), "none", "KRB5CCNAME after a login without delegation")


def through_ssh(host, kdc, keyword, *args):
    """The client has ssh carry the bytes and says why; ARGS work, also after a cut."""
    t = by_ticket(host, *args, "-o", "LogLevel=VERBOSE")
    t.wait_for(r"Using the ssh command \(%s" % keyword)
    t.prompt()
    marked = host.mark(t)
    cut(host)
    attached(host)
    marked.same(next_prompt(t))
    check(b"assword" not in t.data, "a password was asked for")
    return t


def test_client_delegates(host):
    with_hook(host, "alice", "bash")
    kdc = Kdc(host)
    kdc.kinit()
    for args in (("-K",), ("-o", "GSSAPIDelegateCredentials=yes")):
        t = through_ssh(host, kdc, "GSSAPIDelegateCredentials", *args)
        check(has_ticket(t), "no ticket after the return, with %s" % (args,))
        t.line("exit")
        t.wait_exit()
    t = by_ticket(host, "-k").prompt()
    check(not has_ticket(t), "a ticket with -k")
    equal(host.named("ssh"), [], "ssh, with -k")


def test_client_key_exchange(host):
    kdc = Kdc(host)
    if subprocess.run(["sshd", "-T", "-o", "GSSAPIKeyExchange=yes"], stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode:
        raise Skip("this sshd has no GSSAPIKeyExchange")
    host.configure_sshd(SSHD + "GSSAPIKeyExchange yes\n")
    kdc.kinit()
    through_ssh(host, kdc, "GSSAPIKeyExchange", "-o", "GSSAPIKeyExchange=yes")
    equal(kdc.accepted(method="gssapi-keyex"), 2, "logins by the key exchange")


# Whose session it is ------------------------------------------------------------------------------------------------


def test_two_principals_of_one_account(host):
    """Each gets its own sessions alone, by whichever way it has proved itself to Kerberos."""
    kdc = Kdc(host)
    uid, gid, _ = host.ids("alice")
    write("/home/alice/.k5login", "alice@HOLDFAST.TEST\ncarol@HOLDFAST.TEST\n", 0o644, (uid, gid))
    env = {}
    for name in ("alice", "carol"):
        env[name] = {"KRB5CCNAME": "FILE:/home/laptop/ticket-" + name}
        kdc.kinit(name, env=env[name])
    t = host.login(options=ssh_options(), env=env["alice"])
    marked = host.mark(t)
    host.drop(t)
    t = host.held(host.login(options=ssh_options(), env=env["carol"]))
    check(t.shell_pid() != marked.pid, "carol@ is in alice@'s session")
    other = host.mark(t)
    host.drop(t, 2)
    marked.same(host.ssh(options=ssh_options(), env=env["alice"]))
    other.same(host.ssh(options=ssh_options(), env=env["carol"]))
