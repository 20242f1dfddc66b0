# SPDX-License-Identifier: MIT
"""No ssh program on the laptop: what its files say holds all the same, and what only ssh could do is said."""
import os
import re
import shutil
import subprocess

from host import by_hand
from keywords import HOST_KEY, options, without_ssh
from template import write
from term import check, equal
from test_transport import HOME, SSH, cat, echo, ends, serve, works
from test_transport_forwards import Echo, close_cat, connect, same


@by_hand
def test_files_without_ssh(host):
    """No ssh on the laptop: its files are read all the same, Include and Match too; what cannot be read is said."""
    serve(host, "AcceptEnv WHO")
    port = Echo().address[1]
    write(HOME + "/more", "Match user alice originalhost server\n"
          " SetEnv WHO=alice\n LocalForward 7161 127.0.0.1:%d\n" % port)
    config = """Host other
 HostName nowhere.invalid
Host serv?r !nothing
 HostName 127.0.0.1
 Port 2222
 User alice
 HostKeyAlias server
 UserKnownHostsFile "%s/known_hosts"
 StrictHostKeyChecking yes
 IdentityFile ~/.ssh/key1
Include %s/more
Host *
 Port 9
 User nobody
""" % (SSH, HOME)
    write(HOME + "/config", config)
    r = cat(host, "-F", HOME + "/config", "-X", "echo $WHO $USER", "server", env=without_ssh())
    equal(r.stdout, b"alice alice\n", "the environment; %s" % r.stderr)
    check(b"transport: libssh" in r.stderr, r.stderr)
    uid, gid, groups = host.ids("laptop")
    p = subprocess.Popen(["/usr/bin/setsid", "/usr/libexec/holdfast/transport-cat", "-F", HOME + "/config", "server"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, user=uid, group=gid,
                         extra_groups=groups, env={**without_ssh(), "HOME": HOME, "TRANSPORT_CAT_END": "1"}, cwd=HOME)
    p.stdin.write(b"x")
    p.stdin.flush()
    check(p.stdout.read(1) == b"x", "no echo through the transport")
    same(connect(7161), "a forward of the file")
    close_cat(p)
    write(HOME + "/config", config.replace(SSH + "/known_hosts", "/dev/null"))
    ends(cat(host, "-F", HOME + "/config", "server", env=without_ssh()), "refused", "StrictHostKeyChecking demands one")
    for line, why in (("Match exec true\n", "config line 1: Match exec needs ssh"), ("Prot 22\n", "line 1: Bad config"),
                      ("CheckHostIP yes\n", "CheckHostIP: .*; ssh\\(1\\) is not installed"),
                      ("KnownHostsCommand /bin/true\n", "KnownHostsCommand: .*; ssh\\(1\\) is not installed"),
                      ("VerifyHostKeyDNS yes\n", "VerifyHostKeyDNS: .*; ssh\\(1\\) is not installed"),
                      ("ProxyJump other\n", "ProxyJump needs ssh")):
        write(HOME + "/config", line + config)
        r = cat(host, "-F", HOME + "/config", "server", env=without_ssh())
        equal(r.returncode, 7, "status with %s; %s" % (line, r.stderr))
        check(re.search(why, r.stderr.decode()), "%s: %s" % (line, r.stderr))


@by_hand
def test_passed_over(host):
    """One line names all that is passed over without an ssh, and nothing else; with one it is said once a day."""
    serve(host)
    given = options("VisualHostKey=yes", "Tunnel=yes", "LogVerbose=kex.c:*")
    r = echo(host, *given, "-o", "LogLevel=INFO", env=without_ssh())
    works(r)
    lines = [line for line in r.stderr.decode().splitlines() if "no ssh program was found" in line]
    equal(len(lines), 1, "lines: %s" % r.stderr)
    for name in ("VisualHostKey: ", "Tunnel: ", "LogVerbose: "):
        check(name in lines[0], "%s is not named: %s" % (name, lines[0]))
    subprocess.run(["ssh-keygen", "-q", "-k", "-f", HOME + "/krl", HOST_KEY], check=True)
    os.chmod(HOME + "/krl", 0o644)
    r = echo(host, *options("RevokedHostKeys=%s/krl" % HOME, "LogLevel=INFO"), env=without_ssh())
    ends(r, "refused", "only ssh\\(1\\) can read")
    check(b"Ignored" not in r.stderr, "what is refused is no thing ignored: %s" % r.stderr)
    for level, lines in (("INFO", 0), ("VERBOSE", 1), ("VERBOSE", 1)):
        r = echo(host, *options("VisualHostKey=yes", "LogLevel=" + level))
        works(r, "command")
        equal(r.stderr.count(b"Using the ssh command (VisualHostKey: "), lines, "lines at %s: %s" % (level, r.stderr))
    # a socket with a blank in its name
    os.mkdir(HOME + "/sock ets", 0o700)
    shutil.chown(HOME + "/sock ets", "laptop")
    works(echo(host, "-o", 'LocalForward="%s/sock ets/a" localhost:1' % HOME), "command")


@by_hand
def test_own_files_without_ssh(host):
    """~/.ssh/config is read unasked, and not if another user could have written it."""
    serve(host)
    works(echo(host, env=without_ssh()))
    own = SSH + "/config"
    os.chmod(own, 0o666)
    r = echo(host, env=without_ssh())
    equal(r.returncode, 7, "status; %s" % r.stderr)
    check(b"config: Bad owner or permissions" in r.stderr, r.stderr)
