# SPDX-License-Identifier: MIT
"""The machines of a lab and where they are: what the runner, the router and the machines know alike."""
import os

NODES = ("login1", "login2", "login3")
STORE, LAPTOP = "store", "laptop"
# name: the third byte of its network 10.77.N.0/24.  The router has .1 in each, the machine .2 (and the store .3, .4).
NETWORKS = {LAPTOP: 1, "login1": 11, "login2": 12, "login3": 13, STORE: 20}
MEMBERS = ("m1", "m2", "m3")
DOMAIN = "pool.test"
CLUSTER = "cluster"  # the name that people use
CLIENT_PORT, PEER_PORT = 2379, 2380


def address(name, n=2):
    return "10.77.%d.%d" % (NETWORKS[name], n)


def prefix(place):
    """The addresses of a machine, or the one of a member of the store."""
    if place in MEMBERS:
        return member_address(place) + "/32"
    return "10.77.%d.0/24" % NETWORKS[place]


def member_address(member):
    return address(STORE, 2 + MEMBERS.index(member))


def endpoints(scheme="http"):
    return ",".join("%s://%s:%d" % (scheme, member_address(m), CLIENT_PORT) for m in MEMBERS)


def hosts():
    """/etc/hosts of all machines."""
    lines = ["127.0.0.1 localhost", "::1 localhost"]
    lines += ["%s %s.%s %s" % (address(n), n, DOMAIN, n) for n in NODES]
    lines += ["%s %s" % (address(n), CLUSTER) for n in NODES]
    lines += ["%s %s" % (member_address(m), m) for m in MEMBERS]
    return "\n".join(lines) + "\n"


def lab(base):
    """The directory, below that of the runner, that all machines of one lab see."""
    return os.path.join(base, "lab")


def home(base):
    return os.path.join(lab(base), "home")


def socket(base, name):
    """Where the machine NAME, or "router", takes requests."""
    return os.path.join(lab(base), "sockets", name)
