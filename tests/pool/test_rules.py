# SPDX-License-Identifier: MIT
"""The store with TLS and authentication, by the commands of docs/POOLS.md: each node writes what is its own, and no more."""
import os
import re

import places
from host import by_hand
from places import MEMBERS, NODES
from pool import KEYS
from term import Failed, check, equal
from test_knows import known

PKI = "/etc/pki-of-the-test"
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/POOLS.md")


def make_certificates(store):
    names = ",".join("IP:%s,DNS:%s" % (places.member_address(m), m) for m in MEMBERS)
    store.shell("""mkdir -p %(d)s && cd %(d)s &&
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 2 &&
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out csr.pem -subj /CN=store &&
        printf 'subjectAltName=%(names)s\\nextendedKeyUsage=serverAuth,clientAuth\\n' >ext &&
        openssl x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 -extfile ext
        """ % {"d": PKI, "names": names})


def commands_of_the_page():
    """The lines with etcdctl about roles and users: those that POOLS.md tells an administrator to run."""
    with open(PAGE) as f:
        found = re.findall(r"^    (etcdctl .*)$", f.read(), re.M)
    check(len(found) >= 6, "POOLS.md has %d lines with etcdctl" % len(found))
    return found


def run_etcdctl(store, line, user=None):
    where = "--endpoints=%s --cacert=%s/ca.pem" % (places.endpoints("https"), PKI)
    return store.shell("ETCDCTL_API=3 %s" % line.replace("etcdctl", "etcdctl %s %s" % (where, "--user " + user if user else "")))


def secure(pool):
    """Starts the store with TLS, makes the nodes' users, and switches authentication on."""
    store = pool.start_store(run=False)
    make_certificates(store)
    store.start("https", ["--cert-file", PKI + "/cert.pem", "--key-file", PKI + "/key.pem"], PKI + "/ca.pem")
    for name in NODES:
        for line in commands_of_the_page():
            run_etcdctl(store, line.replace("login1", name).replace("/cluster/", "/test/").replace("PASSWORD", "pw-" + name))
    for line in ("user add root:pw-root", "user grant-role root root", "auth enable"):
        run_etcdctl(store, "etcdctl " + line)
    store.log_in("root", "pw-root")
    return store


def start_node(pool, name, store):
    node = pool.start_node(name, run=False, configured=False)
    node.write("/etc/holdfast/etcd-ca.pem", store.read(PKI + "/ca.pem"))
    node.write("/etc/holdfast/etcd.password", "pw-%s\n" % name, 0o640)
    node.shell("chgrp holdfast /etc/holdfast/etcd.password")
    node.configure(PoolDirectory="etcd " + places.endpoints("https"), PoolTLS="/etc/holdfast/etcd-ca.pem",
                   PoolUser="holdfast-%s /etc/holdfast/etcd.password" % name)
    node.start()
    return node


@by_hand
def test_page(pool):
    store = secure(pool)
    for name in NODES:
        start_node(pool, name, store)
    pool.drop(pool.login("login1"), "login1")
    known(pool, 1)
    equal(len([k for k in store.get(KEYS + "nodes/")]), 3, "nodes in the store")
    own, others = KEYS + "sessions/login1/x", KEYS + "sessions/login2/x"
    run_etcdctl(store, "etcdctl put %s 1" % own, "holdfast-login1:pw-login1")
    for key in (others, KEYS + "nodes/login2", "/holdfast/other/nodes/login1", "/else"):
        try:
            run_etcdctl(store, "etcdctl put %s 1" % key, "holdfast-login1:pw-login1")
        except Failed as e:
            check("permission denied" in str(e), str(e))
        else:
            raise Failed("login1 may write " + key)


@by_hand
def test_wrong_certificate(pool):
    """A store that another authority has signed for is not spoken to, and no login is worse for it."""
    store = secure(pool)
    node = start_node(pool, "login1", store)
    node.shell("cd /tmp && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout k -out c "
               "-subj /CN=ca -days 2 && cp c /etc/holdfast/etcd-ca.pem")
    node.stop_pool()
    store.delete(KEYS)
    node.start_pool()
    t = pool.login("login1")
    check(t.ask("$HOLDFAST_SESSION"), "the login is not held")
    t.quiet(3)
    equal(store.get(KEYS), {}, "what the node has told a store that it can't know")
    r = node.run_as("alice", ["holdfastctl", "pool"])
    check(re.search("certificate|SSL", r.stdout + r.stderr), "holdfastctl pool says %r" % (r.stdout + r.stderr))


@by_hand
def test_wrong_password(pool):
    store = secure(pool)
    node = start_node(pool, "login1", store)
    node.write("/etc/holdfast/etcd.password", "wrong\n", 0o640)
    node.shell("chgrp holdfast /etc/holdfast/etcd.password")
    node.stop_pool()
    node.start_pool()
    check(pool.login("login1").ask("$HOLDFAST_SESSION"), "the login is not held")
    r = node.run_as("alice", ["holdfastctl", "pool"])
    check(re.search("password|authenticat", r.stdout + r.stderr), "holdfastctl pool says %r" % (r.stdout + r.stderr))
