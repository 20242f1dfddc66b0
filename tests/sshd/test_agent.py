# SPDX-License-Identifier: MIT
"""SSH_AUTH_SOCK of a held shell: the live login's agent, in shells that were open before too."""
import grp
import os
import signal
import socket
import stat
import subprocess
import threading

from template import write
from term import Skip, check, equal, wait_until


def agent(host):
    """An agent with key3 on the laptop; the environment of a client that has it."""
    r = host.as_user("laptop", ["ssh-agent", "-s", "-a", "/home/laptop/agent.sock"], text=True)
    check("SSH_AUTH_SOCK=" in r.stdout, "ssh-agent: %r" % r.stderr)
    env = {"SSH_AUTH_SOCK": "/home/laptop/agent.sock"}
    r = host.as_user("laptop", ["ssh-add", "/home/laptop/.ssh/key3"], env=env)
    equal(r.returncode, 0, "the status of ssh-add: %r" % r.stderr)
    return env


FORWARD = ["-o", "ForwardAgent=yes"]


def has_key(t):
    return "key3" in t.ask("$(ssh-add -l 2>&1 | tr -d '[]')")


def test_forwarding(host):
    env = agent(host)
    t = host.login(options=FORWARD, env=env)
    sock = "/run/holdfast/sessions/%d/1/agent/" % host.ids("alice")[0]
    check(t.ask("$SSH_AUTH_SOCK").startswith(sock), "SSH_AUTH_SOCK is the session's")
    check(has_key(t), "the agent's key in a held shell")
    host.drop(t)
    t = host.ssh(options=FORWARD, env=env)
    check(has_key(t), "the agent's key in an old shell after a resume")
    # signing, not only listing: ssh from the held shell on to the same server
    onward = ("ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
              " -p 2222 bob@127.0.0.1 true")
    equal(t.run(onward), 255, "key3 is not bob's")
    with open("/home/laptop/.ssh/key3.pub") as f, open("/home/bob/.ssh/authorized_keys", "a") as g:
        g.write(f.read())
    equal(t.run(onward), 0, "a login on with the forwarded agent")


def test_first_without_then_with(host):
    env = agent(host)
    t = host.login()
    check(not has_key(t), "a key without forwarding")
    host.drop(t)
    t = host.ssh(options=FORWARD, env=env)
    equal(t.ask("${SSH_AUTH_SOCK-none}"), "none", "a start-up file that starts an agent of its own must see that there is none")
    t.line('eval "$(holdfastctl env)"')
    check(has_key(t), "the key in a shell that was begun without forwarding, after holdfastctl env")
    host.drop(t)
    t = host.ssh()
    check(not has_key(t), "a key after a resume without forwarding")


def test_refused_while_away(host):
    env = agent(host)
    t = host.login(options=FORWARD, env=env)
    t.line("printf 'wai%s\\n' ting; until [ -e ~/go ]; do sleep 0.05; done; timeout 20 ssh-add -l >~/said 2>&1; echo $? >~/status")
    t.wait_for("waiting")
    host.drop(t)
    write("/home/alice/go", "")

    def status():
        try:
            with open("/home/alice/status") as f:
                return f.read().strip()
        except FileNotFoundError:
            return ""
    found = wait_until(status, "ssh-add has ended")
    check(found not in ("0", "124"), "ssh-add -l while nobody is attached: status %s" % found)
    with open("/home/alice/said") as f:
        check("key3" not in f.read(), "the agent answered while nobody was attached")


def test_another_user_asks(host):
    """Even with the directory laid open."""
    env = agent(host)
    t = host.login(options=FORWARD, env=env)
    path = t.ask("$SSH_AUTH_SOCK")
    r = host.as_user("bob", ["ssh-add", "-l"], env={"SSH_AUTH_SOCK": path})
    check(r.returncode != 0 and b"key3" not in r.stdout, "bob asked alice's agent: %r" % r.stdout)
    t.run("chmod 777 ${SSH_AUTH_SOCK%/*} ${SSH_AUTH_SOCK%/*/*} $SSH_AUTH_SOCK")
    check(os.stat(path).st_mode & 0o002, "laid open")
    r = host.as_user("bob", ["timeout", "20", "ssh-add", "-l"], env={"SSH_AUTH_SOCK": path})
    check(r.returncode != 0 and b"key3" not in r.stdout, "bob asked alice's agent: %r" % r.stdout)
    check(has_key(t), "alice's own question")


def live_agent(host):
    """The path of the agent socket that sshd made for the login."""
    found = [os.path.join(d, n) for d, _, names in os.walk("/tmp") for n in names
             if stat.S_ISSOCK(os.lstat(os.path.join(d, n)).st_mode) and "/ssh-" in d]
    equal(len(found), 1, "agent sockets of sshd")
    return found[0]


def test_remade_agent_directory(host):
    """Another user makes sshd's deleted agent directory anew: no question gets there."""
    env = agent(host)
    t = host.login(options=FORWARD, env=env)
    check(has_key(t), "the key")
    path = live_agent(host)
    os.unlink(path)
    os.rmdir(os.path.dirname(path))
    bob = host.ids("bob")[0]
    os.mkdir(os.path.dirname(path), 0o777)
    os.chmod(os.path.dirname(path), 0o777)
    trap = socket.socket(socket.AF_UNIX)
    trap.bind(path)
    os.chmod(path, 0o777)
    os.chown(path, bob, -1)
    trap.listen(5)
    trap.settimeout(0)
    visits = []

    def visited():
        try:
            visits.append(trap.accept()[0])
        except BlockingIOError:
            pass
        return visits
    for owner_of_dir, owner_of_sock in ((bob, bob), (bob, host.ids("alice")[0]), (host.ids("alice")[0], bob)):
        os.chown(os.path.dirname(path), owner_of_dir, -1)
        os.chown(path, owner_of_sock, -1)
        check(not has_key(t), "a key from nowhere")
        check(not visited(), "bob's socket was asked (directory %d, socket %d)" % (owner_of_dir, owner_of_sock))


def test_many_questions_at_once(host):
    env = agent(host)
    t = host.login(options=FORWARD, env=env)
    path = t.ask("$SSH_AUTH_SOCK")
    results = []

    def one():
        r = host.as_user("alice", ["ssh-add", "-l"], env={"SSH_AUTH_SOCK": path})
        results.append(b"key3" in r.stdout)
    threads = [threading.Thread(target=one) for _ in range(6)]
    for x in threads:
        x.start()
    for x in threads:
        x.join()
    equal(results.count(True), 6, "answers")
    # and one that connects and says nothing is no trouble to the next
    mute = subprocess.Popen(["setpriv", "--reuid=alice", "--clear-groups", "/usr/bin/python3", "-c",
                             "import socket,time\ns=[]\nfor i in range(40):\n k=socket.socket(1);k.settimeout(5)\n"
                             " try: k.connect(%r)\n except OSError: break\n s.append(k)\nprint(len(s),flush=True)\n"
                             "time.sleep(100)" % path], stdout=subprocess.PIPE)
    mute.stdout.readline()
    equal(t.run("true"), 0, "a command with many mute agent connections")
    mute.kill()
    mute.wait()
    check(has_key(t), "the key after that")


def asks(host, path, *wrapper, gid=None):
    """What ssh-add says to a process of alice's outside of her session, below WRAPPER."""
    uid, own, groups = host.ids("alice")
    r = subprocess.run([*wrapper, "timeout", "20", "ssh-add", "-l"], user=uid, group=gid or own, extra_groups=groups,
                       env={"PATH": "/usr/bin:/bin", "SSH_AUTH_SOCK": path}, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True)
    check(r.returncode != 124, "ssh-add -l hangs")
    return r.stdout


def team(host):
    subprocess.run(["groupadd", "team"], check=True)
    subprocess.run(["usermod", "-aG", "team", "alice"], check=True)
    return grp.getgrnam("team").gr_gid


def test_another_group(host):
    """sg, newgrp: the kernel does not let a keeper look at such a process, so the leader does."""
    gid = team(host)
    t = host.login(options=FORWARD, env=agent(host))
    path = t.ask("$SSH_AUTH_SOCK")
    check("key3" in t.ask("$(sg team -c 'ssh-add -l' 2>&1 | tr -d '[]')"), "the key under sg")
    check("key3" in asks(host, path, gid=gid), "the key with another group")
    # background jobs, whose parent is process 1, and a login of another kind
    t.run("(setsid sh -c 'while [ $(ps -o ppid= $$) != 1 ]; do sleep 0.05; done; ssh-add -l >~/.later; mv ~/.later ~/later' &)")
    wait_until(lambda: os.path.exists("/home/alice/later"), "the background job has ended")
    with open("/home/alice/later") as f:
        check("key3" in f.read(), "the key in a background job")


def test_out_of_a_sandbox(host):
    gid = team(host)
    t = host.login(options=FORWARD, env=agent(host))
    path = t.ask("$SSH_AUTH_SOCK")
    check("key3" in asks(host, path), "the key outside of the session")
    uid = host.ids("alice")[0]
    for wrapper in (("setpriv", "--no-new-privs"), ("unshare", "-r"), ("unshare", "-r", "--net")):
        if subprocess.run([*wrapper, "true"], user=uid).returncode == 0:
            for group in (None, gid):
                said = asks(host, path, *wrapper, gid=group)
                check("key3" not in said, "the key out of %s: %s" % (" ".join(wrapper), said))
                check("refused" in said, "ssh-add out of %s: %s" % (" ".join(wrapper), said))
    check(has_key(t), "the key after that")


def test_a_key_that_may_only_forward(host):
    """It knows the path, and connects by way of its own sshd: that one has no business there."""
    env = agent(host)
    t = host.login(options=FORWARD, env=env)
    path = t.ask("$SSH_AUTH_SOCK")
    with open("/home/laptop/.ssh/key2.pub") as f, open("/home/alice/.ssh/authorized_keys", "r+") as g:
        key = f.read()
        others = [line for line in g if key.split()[1] not in line]
        g.seek(0)
        g.truncate()
        g.write("".join(others) + "restrict,port-forwarding " + key)
    host.as_user("alice", ["ssh-agent", "-a", "/home/alice/plain.sock"])
    ends = {"/home/laptop/plain.sock": "/home/alice/plain.sock", "/home/laptop/held.sock": path}
    argv = host.ssh_argv(options=["-N", "-F", "/home/laptop/.ssh/config", "-o", "IdentitiesOnly=yes", "-o",
                                  "IdentityFile=/home/laptop/.ssh/key2", "-o", "ExitOnForwardFailure=yes",
                                  *(x for here, there in ends.items() for x in ("-L", "%s:%s" % (here, there)))])
    uid, gid, _ = host.ids("laptop")
    forward = subprocess.Popen(argv, user=uid, group=gid, extra_groups=[], env={"PATH": "/usr/bin:/bin",
                               "HOME": "/home/laptop"}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_until(lambda: all(os.path.exists(here) for here in ends), "ssh forwards")

    def through(here):
        r = host.as_user("laptop", ["timeout", "20", "ssh-add", "-l"], env={"SSH_AUTH_SOCK": here}, text=True)
        return r.stdout + r.stderr
    check("no identities" in through("/home/laptop/plain.sock"), "the forward leads to another agent of alice's")
    check("key3" not in through("/home/laptop/held.sock"), "the session's agent answers to a key that may only forward")
    # more of them than there are places, at once and one after the other
    mute = []
    for _ in range(40):
        mute.append(socket.socket(socket.AF_UNIX))
        mute[-1].connect("/home/laptop/held.sock")
    for _ in range(3):
        said = through("/home/laptop/held.sock")
        check("key3" not in said, "the session's agent answers to a key that may only forward: %s" % said)
        check(has_key(t), "the key in the session")
    for s in mute:
        s.close()
    check("refused" in through("/home/laptop/held.sock"), "the refusal is the agent's own")
    forward.terminate()
    forward.wait()


def test_a_hung_leader(host):
    """Whom the keeper knows gets an answer, others a refusal; however many have asked, the leader goes on after it."""
    gid = team(host)
    t = host.login(options=FORWARD, env=agent(host))
    path = t.ask("$SSH_AUTH_SOCK")
    leader = host.leader_of(host.session())
    os.kill(leader, signal.SIGSTOP)
    try:
        check(has_key(t), "the key while the leader hangs")
        flood = ("import socket,sys\nfor i in range(2000):\n s=socket.socket(1);s.settimeout(20);s.connect(%r)\n"
                 " if i%%50 == 0: s.send(bytes([0,0,0,1,11]));s.recv(5)\n s.close()" % path)
        uid, _, groups = host.ids("alice")
        subprocess.run(["/usr/bin/python3", "-c", flood], user=uid, group=gid, extra_groups=groups, check=True)
        check("refused" in asks(host, path, gid=gid), "nobody looks at a process with another group")
        equal(t.run("true"), 0, "a command meanwhile")
    finally:
        os.kill(leader, signal.SIGCONT)
    wait_until(lambda: "key3" in asks(host, path, gid=gid), "the leader looks again")
    host.drop(t)


def test_processes_are_hidden(host):
    """hidepid: a keeper does not even see such a process, nor root's."""
    if not hasattr(socket, "SO_PEERPIDFD") and tuple(map(int, os.uname().release.split(".")[:2])) < (6, 5):
        raise Skip("this kernel has no SO_PEERPIDFD")
    gid = team(host)
    subprocess.run(["mount", "-o", "remount,hidepid=2", "/proc"], check=True)
    t = host.login(options=FORWARD, env=agent(host))
    path = t.ask("$SSH_AUTH_SOCK")
    check("key3" in asks(host, path), "the key in another process")
    check("key3" in asks(host, path, gid=gid), "the key with another group")
    check("key3" in subprocess.run(["ssh-add", "-l"], env={"PATH": "/usr/bin:/bin", "SSH_AUTH_SOCK": path},
                                   stdout=subprocess.PIPE, text=True).stdout, "the key for root")
    listed = subprocess.run(["holdfastctl", "ls", "-a"], stdout=subprocess.PIPE, text=True).stdout
    check("attached" in listed, "root's list of all sessions: %s" % listed)
