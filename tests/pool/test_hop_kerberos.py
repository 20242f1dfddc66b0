# SPDX-License-Identifier: MIT
"""From node to node by Kerberos alone: with the tickets that the person has delegated to the login."""
import base64
import os
import re

import places
from kdc import CLIENT, CONFIG, SSHD, Realm
from template import write
from term import check, equal
from test_gssapi import has_ticket
from test_hop import known, left, over

# A ticket is for the name that is connected to, which differs: "login1" for the laptop, the address for a node.
NODES_SSHD = SSHD + "GSSAPIStrictAcceptorCheck no\n"
DELEGATED = ("-F", CONFIG, "-K")


def names(node):
    return node, "%s.%s" % (node, places.DOMAIN)


def with_kerberos(pool):
    """A realm for the pool, whose KDC is on the laptop; no key leads from node to node any more."""
    realm = Realm(pool, places.address(places.LAPTOP), [n for node in places.NODES for n in names(node)])
    for node in places.NODES:
        path = "/root/keytab-" + node
        realm.keytab(*names(node), path=path)
        with open(path, "rb") as f:
            text = base64.b64encode(f.read()).decode()
        pool[node].shell("umask 077; echo %s | base64 -d >/etc/krb5.keytab" % text)
        pool[node].write("/etc/krb5.conf", realm.krb5_conf())
        pool[node].configure_sshd(NODES_SSHD)
    pool["login1"].shell("rm /home/*/.ssh/id_ed25519*")
    text = CLIENT.replace("Port 2222", "Port 22").replace("HostKeyAlias server", "HostKeyAlias " + places.CLUSTER)
    write(CONFIG, "".join(line for line in text.splitlines(True) if "HostName" not in line), 0o644,
          pool.ids("laptop")[:2])
    realm.kinit()
    return realm


def accepted(pool, node):
    """The addresses that NODE's sshd has let in by a ticket, the latest last."""
    with open(os.path.join(pool.log, node, "sshd.log"), errors="replace") as f:
        return re.findall(r"Accepted gssapi-with-mic for alice from (\S+) ", f.read())


def test_over(pool):
    """Land anywhere; a login that has delegated nothing has no way to the other node, and says so."""
    with_kerberos(pool)
    marked = left(pool, options=DELEGATED)
    for node in ("login1", "login3"):
        t = over(pool, node, options=DELEGATED)
        marked.same(t)
        equal(accepted(pool, "login2")[-1], places.address(node), "from where login2 was logged in to")
        pool.drop(t, "login2")
        known(pool, "dropped")
    t = pool.login("login1", options=("-F", CONFIG))
    equal(pool.node_of(t), "login1", "the node, without a delegated ticket")
    check("is on login2" in t.text(), "it said %r" % t.text())
    equal(pool["login2"].session()["state"], "dropped", "the session's state")


def test_tickets_over_there(pool):
    """The shell that is gone to names no cache of the node that the login came to.  It has the person's tickets if the
    nodes' ssh_config has them delegated from node to node."""
    with_kerberos(pool)
    pool["login1"].shell("echo 'eval \"$(holdfastctl hook bash)\"' >>/home/alice/.bashrc")
    marked = left(pool, options=DELEGATED)
    t = over(pool, "login1", options=DELEGATED)
    t.line("")
    marked.same(t)
    equal(t.ask("${KRB5CCNAME-none}"), "none", "KRB5CCNAME without delegation to login2")
    pool.drop(t, "login2")
    known(pool, "dropped")
    pool["login1"].write("/etc/ssh/ssh_config.d/tickets.conf", "GSSAPIDelegateCredentials yes\n")
    t = over(pool, "login1", options=DELEGATED)
    t.line("")
    marked.same(t)
    check(has_ticket(t), "no ticket on login2: KRB5CCNAME is %r" % t.ask("${KRB5CCNAME-none}"))
