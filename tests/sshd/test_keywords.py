# SPDX-License-Identifier: MIT
"""Keywords of ssh_config(5) through libssh beside ssh itself: what ssh refuses is refused, what it takes is taken."""
import os
import re
import shutil
import socket
import subprocess
import threading

from host import by_hand
from keywords import HOST_KEY, both_refuse, both_take, options, plain_ssh, without_ssh
from template import write
from term import check, equal, wait_until
from test_transport import HOME, SSH, at_terminal, authorize, cat, echo, ends, keygen, serve, typed, works
from test_transport_forwards import Echo, attempt, close_cat, connect, open_cat, same, socks5


@by_hand
def test_revoked_host_keys(host):
    """The host's own key in the file is refused, whatever StrictHostKeyChecking says; so is every host by a bad
    file."""
    serve(host)
    with open(HOST_KEY) as f:
        own = f.read()
    keygen("/tmp/other", "-t", "ed25519", "-N", "")
    with open("/tmp/other.pub") as f:
        other = f.read()
    revoked = HOME + "/revoked"
    write(revoked, "# keys\n\n" + other)
    both_take(host, "RevokedHostKeys=" + revoked)
    write(revoked, other + own)
    # ssh expands the tilde since OpenSSH 10
    ends(echo(host, *options("RevokedHostKeys=~/revoked")), "refused", "is revoked by %s" % revoked)
    both_refuse(host, "RevokedHostKeys=" + revoked, why="is revoked by %s" % revoked)
    both_refuse(host, "RevokedHostKeys=" + revoked, "StrictHostKeyChecking=no", why="is revoked by")
    both_refuse(host, "RevokedHostKeys=" + revoked, "NoHostAuthenticationForLocalhost=yes", why="is revoked by")
    write(revoked, other + "this is no key\n")
    both_refuse(host, "RevokedHostKeys=" + revoked, why="revoked line 2: not a public key")
    both_refuse(host, "RevokedHostKeys=/nonexistent", why="No such file")


@by_hand
def test_revocation_list(host):
    """A KRL: ssh carries the bytes, and refuses; one that becomes a KRL under way is not read as nothing."""
    serve(host)
    shutil.copy(HOST_KEY, "/tmp/own.pub")
    keygen("/tmp/other", "-t", "ed25519", "-N", "")
    for name, key in (("revoked", "/tmp/own.pub"), ("others", "/tmp/other.pub")):
        subprocess.run(["ssh-keygen", "-q", "-k", "-f", HOME + "/" + name, key], check=True)
        os.chmod(HOME + "/" + name, 0o644)
    r = echo(host, *options("RevokedHostKeys=%s/others" % HOME, "LogLevel=VERBOSE"))
    works(r, "command")
    check(b"Using the ssh command (RevokedHostKeys " in r.stderr, "not said: %s" % r.stderr)
    both_refuse(host, "RevokedHostKeys=%s/revoked" % HOME, why="verification failed")
    r = echo(host, *options("RevokedHostKeys=%s/revoked" % HOME), env=without_ssh())
    ends(r, "refused", "only ssh\\(1\\) can read")


@by_hand
def test_required_rsa_size(host):
    """Of the host's key, and of the person's."""
    keygen("/etc/ssh/rsa_host_key", "-t", "rsa", "-b", "2048", "-N", "")
    shutil.chown("/etc/ssh/rsa_host_key", "root", "root")
    serve(host)
    with open("/etc/ssh/sshd_config.d/00-test.conf") as f:
        text = f.read()
    write("/etc/ssh/sshd_config.d/00-test.conf", re.sub("HostKey .*", "HostKey /etc/ssh/rsa_host_key", text))
    host.configure_sshd("Subsystem resume /usr/bin/cat\n")
    with open("/etc/ssh/rsa_host_key.pub") as f:
        write(HOME + "/known", "server " + f.read())
    known = "UserKnownHostsFile=" + HOME + "/known"
    both_take(host, known, "RequiredRSASize=2048")
    both_refuse(host, known, "RequiredRSASize=3072",
                why="the RSA key of server has 2048 bits, and RequiredRSASize demands 3072")
    write("/etc/ssh/sshd_config.d/00-test.conf", text)
    host.configure_sshd("Subsystem resume /usr/bin/cat\n")
    keygen(SSH + "/rsa", "-t", "rsa", "-b", "2048", "-N", "")
    authorize(SSH + "/rsa")
    only = ("IdentityFile=" + SSH + "/rsa", "IdentitiesOnly=yes", "BatchMode=yes")
    both_take(host, *only, "RequiredRSASize=2048")
    both_refuse(host, *only, "RequiredRSASize=3072", why="(?i)permission denied")


def reached_by_socks(port, target):
    """Whether a SOCKS client on the host gets to TARGET through the -R at PORT."""
    s = socks5_or_none(connect(port), target)
    if not s:
        return False
    same(s, "a remote dynamic forward")
    return True


def socks5_or_none(s, target):
    try:
        return socks5(s, *target)
    except Exception:  # refused: ended, or reset
        s.close()
        return None


@by_hand
def test_permit_remote_open(host):
    serve(host)
    port = Echo().address[1]
    cases = (("any", True), ("none", False), ("localhost:%d" % port, True), ("*:%d" % port, True),
             ("localhost:*", True), ("127.0.0.1:%d" % port, False), ("localhost:1", False),
             ("other:1 localhost:%d" % port, True))
    at = 7100
    for value, good in cases:
        at += 1
        p = open_cat(host, "-R", str(at), "-o", "PermitRemoteOpen=" + value)
        equal(reached_by_socks(at, ("localhost", port)), good, "reached with %s by libssh" % value)
        close_cat(p)
    for value, good in cases[1:3]:
        at += 1
        p = host.ssh(options=("-N", "-R", str(at), "-o", "PermitRemoteOpen=" + value))
        equal(reached_by_socks(at, ("localhost", port)), good, "reached with %s by ssh" % value)
        p.kill()


@by_hand
def test_wrong_host(host):
    """StrictHostKeyChecking no and another key than the known one: a login by key, but no forwards through
    that host."""
    serve(host)
    keygen("/tmp/other", "-t", "ed25519", "-N", "")
    with open("/tmp/other.pub") as f:
        write(HOME + "/known", "server " + f.read())
    wrong = options("UserKnownHostsFile=" + HOME + "/known", "StrictHostKeyChecking=no")
    port = Echo().address[1]
    p = open_cat(host, *wrong, "-L", "7171:127.0.0.1:%d" % port, "-D", "7172")
    for at in (7171, 7172):
        check(attempt(at, "127.0.0.1") is None, "port %d is forwarded" % at)
    close_cat(p)
    with open(os.path.join(host.log, "cat.err")) as f:
        check("No forwards through a host whose key has changed" in f.read(), "not said")
    ends(echo(host, *wrong, "-L", "7171:127.0.0.1:%d" % port, "-o", "ExitOnForwardFailure=yes"),
         "refused", "no forwards")
    r = host.ssh_run(options=(*wrong, "-L", "7171:127.0.0.1:%d" % port), args=("ss -tln | grep -c :7171",))
    equal(r.stdout, b"0\n", "what ssh forwards")


@by_hand
def test_algorithms(host):
    """Which keys a host may have, and which of the person's may be used, with an agent too."""
    serve(host)
    both_take(host, "HostKeyAlgorithms=ssh-ed25519,rsa-sha2-512", "PubkeyAcceptedAlgorithms=ssh-ed25519")
    both_refuse(host, "PubkeyAcceptedAlgorithms=rsa-sha2-512", "BatchMode=yes", why="(?i)permission denied")
    plain_ssh(host, 255, "HostKeyAlgorithms=rsa-sha2-512")
    r = echo(host, *options("HostKeyAlgorithms=rsa-sha2-512"))
    check(b"echoed" not in r.stderr and r.returncode, "got in with another host key: %s" % r.stderr)
    with open("/tmp/agent.log", "wb") as log:
        uid, gid, groups = host.ids("laptop")
        agent = subprocess.Popen(["ssh-agent", "-D", "-a", HOME + "/agent"], stdout=log, user=uid,
                                 group=gid, extra_groups=groups)
    wait_until(lambda: os.path.exists(HOME + "/agent"), "the agent listens")
    env = {"SSH_AUTH_SOCK": HOME + "/agent"}
    equal(host.as_user("laptop", ["ssh-add", "-q", SSH + "/key1"], env=env).returncode, 0, "ssh-add")
    both_refuse(host, "PubkeyAcceptedAlgorithms=rsa-sha2-512", "BatchMode=yes", why="(?i)permission denied", env=env)
    both_refuse(host, "PubkeyAuthentication=no", "BatchMode=yes", why="(?i)permission denied", env=env)
    both_take(host, "IdentityFile=none", "IdentitiesOnly=no", env=env)
    agent.terminate()
    agent.wait()


@by_hand
def test_loopback(host):
    """NoHostAuthenticationForLocalhost: any key will do for an address of this machine, but not with a HostKeyAlias."""
    serve(host)
    keygen("/tmp/other", "-t", "ed25519", "-N", "")
    with open("/tmp/other.pub") as f:
        write(HOME + "/known", "server,[127.0.0.1]:2222 " + f.read())
    shutil.chown(HOME + "/known", "laptop")
    known = "UserKnownHostsFile=" + HOME + "/known"
    both_refuse(host, known, "NoHostAuthenticationForLocalhost=yes", why="HAS CHANGED")
    with open(SSH + "/config") as f:
        write(HOME + "/config", f.read().replace("HostKeyAlias", "#"))
    for value, good in (("no", False), ("yes", True)):
        given = ("-F", HOME + "/config", *options(known, "NoHostAuthenticationForLocalhost=" + value))
        equal(host.ssh_run(argv=["ssh", *given, "alice@server", "true"]).returncode,
              0 if good else 255, "ssh with " + value)
        r = echo(host, *given)
        equal(b"echoed" in r.stderr, good, "got in with %s: %s" % (value, r.stderr))
    with open(HOME + "/known") as f:
        equal(f.read().count("\n"), 1, "lines")


def listeners():
    return subprocess.run(["ss", "-tlnH"], check=True, text=True, capture_output=True).stdout


@by_hand
def test_forwards(host):
    """GatewayPorts, and ClearAllForwardings, which holds for the command line too."""
    serve(host)
    p = open_cat(host, "-L", "7181:127.0.0.1:1", "-o", "GatewayPorts=yes")
    check("0.0.0.0:7181" in listeners(), listeners())
    close_cat(p)
    p = open_cat(host, "-L", "7182:127.0.0.1:1")
    check("127.0.0.1:7182" in listeners() and "0.0.0.0:7182" not in listeners(), listeners())
    close_cat(p)
    p = open_cat(host, "-L", "7183:127.0.0.1:1", "-R", "7184:127.0.0.1:1", "-o", "ClearAllForwardings=yes")
    check(":7183" not in listeners() and ":7184" not in listeners(), listeners())
    close_cat(p)


@by_hand
def test_questions(host):
    """FingerprintHash in the question, and as its answer; UserKnownHostsFile none: nothing is read, nothing is
    written."""
    serve(host)
    r = subprocess.run(["ssh-keygen", "-lE", "md5", "-f", HOST_KEY], capture_output=True, text=True)
    md5 = r.stdout.split()[1]
    with open(HOST_KEY) as f:
        write(HOME + "/none", "server " + f.read())
    before = set(os.listdir(HOME)) | {".cache"}
    t = at_terminal(host, "-l", "alice", "-E", "hello there", *options("FingerprintHash=md5", "UserKnownHostsFile=none",
                                                                     "StrictHostKeyChecking=ask"), "server")
    typed(t, "(yes/no/[fingerprint])? ", md5)
    equal(t.wait_exit(), 0, "the status after %s; %s" % (md5, t.text()))
    check(md5.encode() in t.data, "it is not in the question")
    equal(set(os.listdir(HOME)) | {".cache"}, before, "files")
    with open(HOME + "/none") as f:
        equal(f.read().count("\n"), 1, "lines in a file named none")
    both_refuse(host, "UserKnownHostsFile=none", "StrictHostKeyChecking=yes", why="demands one")


@by_hand
def test_handed(host):
    """What libssh cannot do: ssh does it, and one line says so; the same keywords without such a value say nothing."""
    serve(host)
    with open(HOST_KEY) as f:
        key = f.read()
    write(HOME + "/known.sh", "#!/bin/sh\necho server '%s'\n" % key.strip())
    os.chmod(HOME + "/known.sh", 0o755)
    nothing = "UserKnownHostsFile=/dev/null"
    strict = "StrictHostKeyChecking=yes"
    ends(echo(host, *options(nothing, strict)), "refused", "demands one")
    for values in (("KnownHostsCommand=%s/known.sh" % HOME, nothing, strict), ("CheckHostIP=yes",),
                   ("VisualHostKey=yes",), ("RekeyLimit=1M",), ("UpdateHostKeys=ask",), ("VerifyHostKeyDNS=ask",),
                   ("LogVerbose=kex.c:*:1",), ("KbdInteractiveDevices=pam",), ("PubkeyAuthentication=host-bound",),
                   ("BindAddress=localhost",)):
        r = echo(host, *options(*values, "LogLevel=VERBOSE"))
        works(r, "command")
        name = values[0].split("=")[0]
        equal(len(re.findall("Using the ssh command \\(%s[: ]" % name, r.stderr.decode())), 1, "lines: %s" % r.stderr)
    r = echo(host, *options("KnownHostsCommand=none", "CheckHostIP=no", "VisualHostKey=no", "RekeyLimit=default none",
                            "UpdateHostKeys=no", "VerifyHostKeyDNS=no", "LogVerbose=none", "BindAddress=127.0.0.1",
                            "CASignatureAlgorithms=ssh-ed25519", "EnableEscapeCommandline=yes", "ServerAliveCountMax=1",
                            "SyslogFacility=AUTH", "SecurityKeyProvider=/nonexistent", "ControlPersist=yes",
                            "HostbasedAcceptedAlgorithms=ssh-ed25519", "TunnelDevice=1:1", "XAuthLocation=/nonexistent",
                            "ForwardX11=yes", "LogLevel=VERBOSE"))
    works(r)
    check(b"Using" not in r.stderr, "said: %s" % r.stderr)


@by_hand
def test_weak_exchange(host):
    """WarnWeakCrypto, which ssh prints since OpenSSH 10.1: one line for a host without a post-quantum key exchange."""
    serve(host, "KexAlgorithms curve25519-sha256")
    write(HOME + "/ssh", "#!/bin/sh\n/usr/bin/ssh \"$@\" || exit\n"
          "case \"$*\" in *-G*) echo warnweakcrypto $WARN ;; esac\n")
    os.chmod(HOME + "/ssh", 0o755)
    path = HOME + ":/usr/bin:/bin"
    for warn, kex, lines in (("yes", "sntrup761x25519-sha512@openssh.com,curve25519-sha256", 1),
                             ("no", "+curve25519-sha256", 0), ("no-pq-kex", "+curve25519-sha256", 0),
                             ("yes", "curve25519-sha256", 0)):
        r = echo(host, "-n", "2", *options("KexAlgorithms=" + kex, "LogLevel=INFO"), env={"PATH": path, "WARN": warn})
        works(r)
        equal(r.stderr.count(b"Warning: the connection to server has no post-quantum"), lines, "lines; %s" % r.stderr)


@by_hand
def test_ignore_unknown(host):
    """The person's IgnoreUnknown holds where ssh carries the bytes too."""
    serve(host)
    with open(SSH + "/config") as f:
        write(HOME + "/config", "IgnoreUnknown Frob*\nFrobnicate yes\n" +
              f.read().replace("IgnoreUnknown", "#").replace("Obscure", "#"))
    for transport, args in (("libssh", ()), ("command", ("-e", "ssh")), ("command", ("-o", "VisualHostKey=yes"))):
        works(cat(host, "-F", HOME + "/config", "-l", "alice", "-E", "hello", *args, "server"), transport)


@by_hand
def test_add_keys_to_agent(host):
    """The first login puts the key there, by ssh; the next one needs no ssh for it."""
    serve(host)
    keygen(SSH + "/only", "-t", "ed25519", "-N", "")
    authorize(SSH + "/only")
    uid, gid, groups = host.ids("laptop")
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", HOME + "/agent"], stdout=subprocess.DEVNULL, user=uid, group=gid,
                             extra_groups=groups)
    wait_until(lambda: os.path.exists(HOME + "/agent"), "the agent listens")
    env = {"SSH_AUTH_SOCK": HOME + "/agent"}
    values = ("IdentityFile=" + SSH + "/only", "LogLevel=VERBOSE", "AddKeysToAgent=yes")
    bare = ("-F", "/dev/null", *options("HostName=127.0.0.1", "KexAlgorithms=curve25519-sha256", "HostKeyAlias=server",
                                        "Port=2222", "UserKnownHostsFile=" + SSH + "/known_hosts"))
    works(echo(host, *bare, *options(*values)))  # no agent: nothing to add to
    r = echo(host, *bare, *options(*values), env=env)
    works(r, "command")
    check(b"Using the ssh command (AddKeysToAgent: " in r.stderr, "not said: %s" % r.stderr)
    r = host.as_user("laptop", ["ssh-add", "-L"], env=env)
    with open(SSH + "/only.pub") as f:
        check(f.read().split()[1].encode() in r.stdout, "the agent has %s" % r.stdout)
    works(echo(host, *bare, *options(*values), env=env))
    agent.terminate()
    agent.wait()


@by_hand
def test_restricted_keys(host):
    """Keys that the agent keeps for some hosts (ssh-add -h): used there alone, and a host that it is forwarded to gets
    none."""
    serve(host)
    keygen("/tmp/elsewhere", "-t", "ed25519", "-N", "")
    with open("/tmp/elsewhere.pub") as f, open(SSH + "/known_hosts") as known:
        write("/tmp/known", known.read() + "elsewhere " + f.read())
    for name in ("free", "tied"):
        keygen("/tmp/" + name, "-t", "ed25519", "-N", "", "-C", name)
    authorize("/tmp/tied")
    with open("/tmp/agent.log", "wb") as log:
        agent = subprocess.Popen(["ssh-agent", "-d", "-a", "/tmp/agent"], stdout=subprocess.DEVNULL, stderr=log)
    wait_until(lambda: os.path.exists("/tmp/agent"), "the agent listens")
    env = {"PATH": "/usr/bin:/bin", "HOME": "/root", "SSH_AUTH_SOCK": "/tmp/agent"}

    def add(*args):
        subprocess.run(["ssh-add", "-q", *args], check=True, env=env, stdin=subprocess.DEVNULL)

    def run(*args, env=env):
        # ssh-agent serves only its own user and root
        return subprocess.run(["/usr/bin/setsid", "/usr/libexec/holdfast/transport-cat", "-F", SSH + "/config", "-l",
                               "alice", "-i", "/tmp/tied.pub", *args, "server"], env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60)
    alone = {**env, **without_ssh()}
    add("/tmp/free")
    add("/tmp/tied")
    works(run("-E", "hello"))
    add("-D")
    add("/tmp/free")
    add("-h", "server", "-H", "/tmp/known", "/tmp/tied")
    r = run("-E", "hello", *options("LogLevel=VERBOSE"))
    works(r, "command")
    check(b"Using the ssh command (IdentityAgent: " in r.stderr, "not said: %s" % r.stderr)
    ends(run("-E", "hello", env=alone), "refused", "denied")
    # logged in with the other key, the agent forwarded to the host
    authorize("/tmp/free")
    r = run("-i", "/tmp/free.pub", "-A", "-X", "ssh-add -L; ssh-add -T /dev/stdin <<<\"$(ssh-add -L)\" && echo signed; "
            "SSH_ASKPASS=/bin/true SSH_ASKPASS_REQUIRE=force ssh-add -s /usr/lib/none.so", env=alone)
    check(b"transport: libssh" in r.stderr, "not by libssh: %s" % r.stderr)
    check(b" free" in r.stdout and b"signed" in r.stdout and b" tied" not in r.stdout, "the host sees %s" % r.stdout)
    with open("/tmp/agent.log") as f:
        text = f.read()
    check("remote addition of providers is disabled" in text,
          "the agent takes a library from the host: %s" % text[-500:])
    agent.terminate()
    agent.wait()


def resets():
    """How many segments the kernel has answered with a reset, as to a port where nobody listens."""
    with open("/proc/net/snmp") as f:
        names, values = [line.split() for line in f if line.startswith("Tcp:")]
    return int(values[names.index("OutRsts")])


@by_hand
def test_connection_attempts(host):
    """A port that opens while it is tried."""
    serve(host)
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
    s.close()
    ends(echo(host, "-p", str(port)), "lost", "refused")
    result, before = [], resets()
    t = threading.Thread(target=lambda: result.append(echo(host, "-p", str(port), *options("ConnectionAttempts=30"))))
    t.start()
    wait_until(lambda: resets() > before, "it was refused once")
    host.configure_sshd("Port %d\nSubsystem resume /usr/bin/cat\n" % port)
    t.join()
    works(result[0])


@by_hand
def test_names_with_blanks(host):
    """ssh -G prints names without quotes: with a blank in one, the same files count as with ssh."""
    serve(host)
    keygen("/tmp/other", "-t", "ed25519", "-N", "")
    with open("/tmp/other.pub") as f:
        other = f.read()
    with open(HOST_KEY) as f:
        own = f.read()
    for name in ("sp ace", "end "):
        os.mkdir(HOME + "/" + name)
        write(HOME + "/" + name + "/kh", "server " + other)
        write(HOME + "/" + name + "/good", "server " + own)
        write(HOME + "/" + name + "/revoked", own)
    accept = "StrictHostKeyChecking=accept-new"
    for name in ("sp ace", "end "):
        where = HOME + "/" + name
        both_take(host, 'UserKnownHostsFile="%s/good"' % where, accept, transport="command")
        both_refuse(host, 'UserKnownHostsFile="%s/kh"' % where, accept, why="HAS CHANGED")
        both_refuse(host, 'GlobalKnownHostsFile="%s/kh"' % where, "UserKnownHostsFile=none", accept, why="HAS CHANGED")
        both_refuse(host, 'RevokedHostKeys="%s/revoked"' % where, why="(?i)revoked")
        # without ssh the words are at hand
        r = echo(host, *options('UserKnownHostsFile="%s/good"' % where, accept), env=without_ssh())
        works(r)
        r = echo(host, *options('UserKnownHostsFile="%s/kh"' % where, accept), env=without_ssh())
        ends(r, "refused", "(?i)has changed")
        r = echo(host, *options('RevokedHostKeys="%s/revoked"' % where), env=without_ssh())
        ends(r, "refused", "is revoked by")
    odd = HOME + "/sp ace/k  #\"1\\ "
    shutil.copy(SSH + "/key1", odd)
    shutil.chown(odd, "laptop")
    bare = ("-F", "none", *options("HostName=127.0.0.1", "HostKeyAlias=server", "Port=2222",
                                   "KexAlgorithms=curve25519-sha256"))
    works(echo(host, *bare, "-i", odd, env=without_ssh()))
    for name in ("sp", "end"):
        check(not os.path.exists(HOME + "/" + name), "a key was added to %s" % name)


PROXY = """import os, select, socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True:
    ready = select.select([0, s], [], [])[0]
    for fd in ready:
        data = s.recv(65536) if fd is s else os.read(0, 65536)
        if not data:
            sys.exit()
        s.sendall(data) if fd == 0 else os.write(1, data)
"""


@by_hand
def test_expanded(host):
    """In a command for a proxy ${} is the shell's; a name that cannot be expanded is an end, and not left out."""
    serve(host)
    write("/tmp/px.py", PROXY)
    both_take(host, "ProxyCommand=%s /tmp/px.py ${NO_SUCH_PORT:-2222}" % shutil.which("python3"))
    for line in ("ProxyCommand=/bin/cat %Z", "IdentityFile=${NO_SUCH}/key"):
        plain_ssh(host, 255, line)
        r = echo(host, *options(line))
        check(r.returncode and b"echoed" not in r.stderr, "got in with %s: %s" % (line, r.stderr))
    for line in ("ProxyCommand=/bin/cat %Z", "UserKnownHostsFile=/tmp/kh_%C", "RevokedHostKeys=${NO_SUCH}/kh"):
        r = cat(host, "-o", line, "server", env=without_ssh())
        equal(r.returncode, 7, "status with %s; %s" % (line, r.stderr))
        check(b" cannot be expanded" in r.stderr, "%s: %s" % (line, r.stderr))
    with open(SSH + "/config") as f:
        write(HOME + "/config", "Port 1\n" + f.read())
    r = cat(host, "-F", HOME + "/config", "ssh://alice@server:22", env=without_ssh())
    ends(r, "lost", "")
    works(echo(host, "-F", HOME + "/config", "-p", "2222", env=without_ssh()))
