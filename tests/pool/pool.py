# SPDX-License-Identifier: MIT
"""Pool: the argument of a case.  The case runs on the laptop, and has the nodes, the store and the router to call."""
import concurrent.futures
import json

import host
import places
from host import Host
from remote import Remote
from term import wait_until

KEYS = "/holdfast/test/"


class Pool(Host):
    """Its own methods are of the laptop: ssh(), login(), ssh_run(); those of pool["login1"] see that node."""

    def __init__(self, src, log, base):
        super().__init__(src, log)
        self.base = base
        self.router = Remote(places.socket(base, "router"), "the router")
        self.machines = {}

    def __getitem__(self, name):
        return self.machines[name]

    @property
    def store(self):
        return self.machines[places.STORE]

    # machines ---------------------------------------------------------------------------------------------------------

    def start(self):
        """The store and three nodes with all that belongs to a pool."""
        with concurrent.futures.ThreadPoolExecutor(4) as at_once:
            list(at_once.map(lambda f: f(), [self.start_store] + [lambda n=n: self.start_node(n) for n in places.NODES]))
        return self

    def start_store(self, run=True, **kw):
        self.router.start(places.STORE, "store")
        self.machines[places.STORE] = Remote(places.socket(self.base, places.STORE), places.STORE)
        if run:
            self.store.start(**kw)
        return self.store

    def start_node(self, name, run=True, configured=True):
        """Switches the node on, with sshd, holdfastd and holdfast-pool if RUN; also after power_off()."""
        self.router.start(name, "node", configured=configured)
        node = self.machines[name] = Remote(places.socket(self.base, name), name)
        if run:
            node.start()
        return node

    def power_off(self, name):
        """Pulls its plug: nobody is told."""
        self.router.power_off(name)
        del self.machines[name]

    # logging in -------------------------------------------------------------------------------------------------------

    def ssh(self, node=places.NODES[0], user="alice", options=(), **kw):
        """A stock ssh client on the laptop: "ssh cluster", which is NODE this time."""
        kw.setdefault("host", places.CLUSTER)
        return super().ssh(user, options=["-o", "HostName=" + node, *options], **kw)

    def login(self, node=places.NODES[0], user="alice", **kw):
        return self.ssh(node, user, **kw).prompt()

    def ssh_run(self, node=places.NODES[0], user="alice", options=(), **kw):
        kw.setdefault("host", places.CLUSTER)
        return super().ssh_run(user, options=["-o", "HostName=" + node, *options], **kw)

    def node_of(self, t):
        """The name of the node that the shell in T runs on."""
        return t.ask("$(uname -n)")

    def mark(self, t, node=None):
        """As Host.mark(), of the shell in T, which runs on NODE."""
        return host.Marked(self[node or self.node_of(t)], t)

    def drop(self, t, node, count=1, user="alice"):
        """Kills the ssh client T and waits until COUNT sessions are dropped on NODE."""
        t.kill()
        return self[node].wait_sessions(count, "dropped", user)

    # what the pool knows ----------------------------------------------------------------------------------------------

    def published(self, user="alice"):
        """{"NODE/USER/UNIQUE": value} of the user's sessions in the store, values as dictionaries."""
        top = KEYS + "sessions/"
        return {k[len(top):]: json.loads(v) for k, v in self.store.get(top).items() if k.split("/")[-2] == user}

    def wait_published(self, test, what, user="alice", timeout=20):
        """Waits until the store's entries of the user satisfy TEST, a function of the list of their values."""
        def probe():
            found = list(self.published(user).values())
            return (found or [None]) if test(found) else None
        return [v for v in wait_until(probe, what, timeout) if v is not None]

    def stop(self):
        super().stop()
        for machine in self.machines.values():
            if machine.answers(1):
                machine.stop()


def run_case(src, log, extra):
    """The entry of the laptop's world: 0, 1 or 77, and the reason in the file "result"."""
    return host.run_case(src, log, extra, lambda *a: Pool(*a, extra["base"]))
