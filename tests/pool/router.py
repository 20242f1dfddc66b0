# SPDX-License-Identifier: MIT
"""The router of one case's lab: process 1 of a pid and a network namespace that all of its machines are below.

Each machine is a world of tests/sshd/world.py, with a network namespace of its own whose only line goes here, so that
packets between any two of them pass this process's network namespace, and are dropped there where a case says so.  The
case runs in the world of the laptop, and calls the methods of Router by a socket.

  unshare … python3 router.py SPEC    SPEC is a JSON object: base, src, log, module, case (or entry and extra)
"""
import json
import os
import signal
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "sshd")]
sys.dont_write_bytecode = True
import places  # noqa: E402
import remote  # noqa: E402
import world  # noqa: E402
from term import Failed, wait_until  # noqa: E402

DROP = 100  # the priority of rules that drop packets


def ip(*lines, netns=None):
    """Runs ip(8) with LINES, in the network namespace of the process NETNS if one is given."""
    argv = ["nsenter", "--net=/proc/%d/ns/net" % netns] if netns else []
    r = subprocess.run([*argv, "ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if r.returncode:
        raise Failed("ip: %s: %s" % ("; ".join(lines), r.stdout.strip()))


def processes():
    """(pid, parent, state) of all that this pid namespace has."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as f:
                tail = f.read().rsplit(")", 1)[1].split()
            yield int(name), int(tail[1]), tail[0]
        except OSError:
            pass


class Machine:
    """A world and its line: INIT is its process 1, as seen from here."""

    def __init__(self, spec, name, entry, extra):
        # the case's own world, the laptop's, has all logs
        self.name, self.log = name, os.path.join(spec["log"], "" if name == places.LAPTOP else name)
        os.makedirs(self.log, exist_ok=True)
        holder = world.network_holder()
        try:
            self.wire(holder)
            text = world.spec(spec["base"], spec["src"], self.log, entry=entry, extra=extra)
            # the demo is seen, and gets Ctrl-C
            seen = name == places.LAPTOP and spec.get("show")
            out = None if seen else open(os.path.join(self.log, "output"), "ab")
            self.unshare = subprocess.Popen(
                ["nsenter", "--net=/proc/%d/ns/net" % holder, "--", *world.argv(text, net=False)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=not seen)
            self.init = wait_until(self.find_init, name + " begins")
        finally:
            os.kill(holder, signal.SIGKILL)
            os.waitpid(holder, 0)

    def wire(self, holder):
        near, far = self.name, "eth0"
        ip("link add %s type veth peer name %s netns %d" % (near, far, holder),
           "addr add %s/24 dev %s" % (places.address(self.name, 1), near), "link set %s up" % near)
        more = range(3, 5) if self.name == places.STORE else ()
        ip("link set lo up", *("addr add %s/24 dev %s" % (places.address(self.name, n), far) for n in (2, *more)),
           "link set %s up" % far, "route add default via " + places.address(self.name, 1), netns=holder)

    def find_init(self):
        """The process that unshare has forked; None until it has."""
        if self.unshare.poll() is not None:
            with open(os.path.join(self.log, "output"), errors="replace") as f:
                raise Failed("%s does not begin: %s" % (self.name, f.read()[-300:].strip()))
        return next((pid for pid, parent, _ in processes() if parent == self.unshare.pid), None)

    def members(self):
        """Its processes, as (pid, state)."""
        own = os.readlink("/proc/%d/ns/pid" % self.init)
        found = []
        for pid, _, state in processes():
            try:
                if os.readlink("/proc/%d/ns/pid" % pid) == own:
                    found.append((pid, state))
            except OSError:
                pass
        return found

    def signal(self, sig, pattern=None):
        """Sends SIG to all of its processes, or to those with PATTERN in their command lines; their number."""
        sent = 0
        for pid, _ in self.members():
            try:
                with open("/proc/%d/cmdline" % pid, "rb") as f:
                    words = f.read().replace(b"\0", b" ").decode("utf-8", "replace")
                if pattern is None or pattern in words:
                    os.kill(pid, sig)
                    sent += 1
            except OSError:
                pass
        return sent

    def end(self):
        try:
            os.kill(self.init, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.unshare.wait()
        try:
            ip("link del " + self.name)
        except Failed:
            pass  # it has gone with the network namespace of the other end


class Router:
    def __init__(self, spec):
        self.spec, self.machines, self.boots, self.lock = spec, {}, {}, threading.Lock()
        world.loopback_up()
        with open("/proc/sys/net/ipv4/ip_forward", "w") as f:
            f.write("1")

    # machines ---------------------------------------------------------------------------------------------------------

    def start(self, name, kind, **extra):
        """Switches a machine on, and returns when it takes requests."""
        if name in self.machines:
            raise Failed("%s is on already" % name)
        self.connect(name)
        with self.lock:
            self.boots[name] = boot = self.boots.get(name, 0) + 1
        path = places.socket(self.spec["base"], name)
        if os.path.lexists(path):
            os.unlink(path)
        extra.update(folder="tests/pool", name=name, kind=kind, boot=boot, base=self.spec["base"], socket=path)
        machine = self.machines[name] = Machine(self.spec, name, "machine:run", extra)
        at = remote.Remote(path, name)
        wait_until(lambda: machine.unshare.poll() is not None or at.answers(), name + " takes requests")
        if machine.unshare.poll() is not None:
            machine.find_init()

    def power_off(self, name):
        """As if its plug were pulled: nobody is told, and nothing answers any more."""
        self.disconnect(name)
        self.machines.pop(name).end()

    def freeze(self, name):
        """Stops all of its processes; its kernel goes on to acknowledge what comes."""
        machine = self.machines[name]

        def stopped():
            machine.signal(signal.SIGSTOP)
            return all(state in "TtZX" for _, state in machine.members())
        wait_until(stopped, "%s is frozen" % name)

    def thaw(self, name):
        # the programs first, process 1 and the shells' parents last: none sees a child that is stopped
        for pid, _ in sorted(self.machines[name].members(), reverse=True):
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass

    def kill(self, name, pattern, sig=signal.SIGKILL):
        return self.machines[name].signal(sig, pattern)

    # lines ------------------------------------------------------------------------------------------------------------

    def cut(self, one, other):
        """No packet passes any more between the two, each a machine or a member of the store."""
        a, b = places.prefix(one), places.prefix(other)
        ip(*("rule add pref %d from %s to %s blackhole" % (DROP, x, y) for x, y in ((a, b), (b, a))))

    def mend(self, one, other):
        a, b = places.prefix(one), places.prefix(other)
        ip(*("rule del pref %d from %s to %s blackhole" % (DROP, x, y) for x, y in ((a, b), (b, a))))

    def slow(self, name, rate):
        """What goes to NAME is no faster than RATE ("2mbit"), and waits in a long queue; None: as fast as it can."""
        what = ["replace", "dev", name, "root", "tbf", "rate", rate, "burst", "16kb", "latency", "3000ms"] if rate else \
            ["del", "dev", name, "root"]
        r = subprocess.run(["tc", "qdisc", *what], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if r.returncode:
            raise Failed("tc qdisc: " + r.stdout.strip())

    def disconnect(self, name):
        """Packets from and to NAME are dropped."""
        ip(*("rule add pref %d %s %s blackhole" % (DROP + 1, way, places.prefix(name)) for way in ("from", "to")))

    def connect(self, name):
        for way in ("from", "to"):
            try:
                ip("rule del pref %d %s %s blackhole" % (DROP + 1, way, places.prefix(name)))
            except Failed:
                pass  # it was not disconnected


def make_lab(base):
    """What all machines of the lab share: sockets, and the homes."""
    os.makedirs(places.lab(base), exist_ok=True)
    world.mount("tmpfs", places.lab(base), "tmpfs", 0, "mode=755")
    os.mkdir(os.path.join(places.lab(base), "sockets"), 0o700)
    subprocess.run(["cp", "-a", os.path.join(base, "template", "shared-home"), places.home(base)], check=True)


def main():
    spec = json.loads(sys.argv[1])
    signal.signal(signal.SIGINT, lambda *a: None)  # the laptop's process decides
    world.mount("proc", "/proc", "proc", world.MS_NOSUID | world.MS_NODEV | world.MS_NOEXEC)
    make_lab(spec["base"])
    router = Router(spec)
    threading.Thread(target=remote.serve, args=(places.socket(spec["base"], "router"), router), daemon=True).start()
    extra = {"folder": "tests/pool", "base": spec["base"], "module": spec.get("module"), "case": spec.get("case"),
             **spec.get("extra", {})}
    laptop = Machine(spec, places.LAPTOP, spec.get("entry") or "pool:run_case", extra)
    code = laptop.unshare.wait()
    os._exit(code)


def argv(spec):
    """The command that runs a lab; killing it ends all that is in it."""
    return ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--propagation", "private", "--",
            "/usr/bin/python3", "-B", os.path.abspath(__file__), json.dumps(spec)]


if __name__ == "__main__":
    main()
