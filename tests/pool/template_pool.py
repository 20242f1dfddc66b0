# SPDX-License-Identifier: MIT
"""What the machines of all labs start from: tests/sshd's template, and the keys of the nodes."""
import os
import subprocess

import places
import template
from template import ids, run, write

KEYS = "/etc/ssh/nodes"           # the host keys of all nodes: each takes its own from here
BETWEEN = "/home/%s/.ssh/id_ed25519"  # what a user goes from node to node with
SHARED = ("alice", "bob", "chris", "dan")


def make_host_keys():
    os.mkdir(KEYS, 0o700)
    for name in places.NODES:
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", os.path.join(KEYS, name))
    public = {n: open(os.path.join(KEYS, n + ".pub")).read() for n in places.NODES}
    write("/etc/ssh/ssh_known_hosts",
          "".join("%s,%s.%s,%s %s" % (n, n, places.DOMAIN, places.address(n), public[n]) for n in places.NODES))
    write("/home/laptop/.ssh/known_hosts", "".join("%s %s" % (places.CLUSTER, public[n]) for n in places.NODES))


def make_user_keys():
    for user in SHARED:
        path, owner = BETWEEN % user, ids(user)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "between nodes", "-f", path)
        with open(path + ".pub") as f, open("/home/%s/.ssh/authorized_keys" % user, "a") as to:
            to.write(f.read())
        for name in (path, path + ".pub"):
            os.chown(name, *owner)
        os.chown(os.path.dirname(path), *owner)


def make_clients():
    text = template.CLIENT_CONFIG % {"port": 22}
    write("/home/laptop/.ssh/config", text[:text.index("Host server")].replace("HostKeyAlias server",
                                                                               "HostKeyAlias " + places.CLUSTER), 0o600)
    for top, dirs, files in os.walk("/home/laptop"):
        for n in dirs + files:
            os.chown(os.path.join(top, n), *ids("laptop"), follow_symlinks=False)


def prepare(src, log, extra):
    template.prepare(src, log, extra)
    write("/etc/hosts", places.hosts())
    write("/etc/ssh/sshd_config.d/00-test.conf", template.SSHD_DROPIN % {"port": 22, "listen": "0.0.0.0"})
    if not template.has_user("holdfast"):
        run("useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin",
            "holdfast")
    make_host_keys()
    make_user_keys()
    make_clients()
    shared = os.path.join(extra["base"], "template", "shared-home")
    os.mkdir(shared)
    subprocess.run(["cp", "-a", *("/home/" + u for u in SHARED), shared], check=True)
    return 0
