# SPDX-License-Identifier: MIT
"""Realm: a Kerberos realm of a world's own, and its KDC.  Kdc: the same with an sshd that takes its tickets."""
import os
import shutil
import socket
import subprocess

from template import write
from term import Failed, Skip, check, equal, wait_until

REALM = "HOLDFAST.TEST"
PORT = 88
DIR = "/var/lib/holdfast-kdc"
PROGRAMS = ("/usr/sbin/krb5kdc", "/usr/sbin/kdb5_util", "/usr/sbin/kadmin.local", "/usr/bin/kinit", "/usr/bin/klist")

# No name is looked up: the world has no DNS.  A short name would get the DNS' search domain behind it.
KRB5 = """\
[libdefaults]
	default_realm = %(realm)s
	dns_lookup_kdc = false
	dns_lookup_realm = false
	dns_canonicalize_hostname = false
	rdns = false
	qualify_shortname = ""
%(more)s
[realms]
	%(realm)s = {
		kdc = %(address)s:%(port)d
	}
"""
KDC = """\
[kdcdefaults]
	kdc_listen = %(address)s:%(port)d
	kdc_tcp_listen = %(address)s:%(port)d
[realms]
	%(realm)s = {
		database_name = %(dir)s/principal
		key_stash_file = %(dir)s/stash
		max_life = 10h
		supported_enctypes = aes256-cts-hmac-sha1-96:normal
	}
[logging]
	kdc = FILE:%(log)s/kdc.log
	default = FILE:%(log)s/krb5.log
"""
SSHD = "GSSAPIAuthentication yes\n"
# sshd then says which methods were asked for.  The template's drop-in has its LogLevel, and comes before a case's.
DEBUG = "sed -i 's/^LogLevel.*/LogLevel DEBUG1/' /etc/ssh/sshd_config.d/00-test.conf"

# Neither keys nor DNS: the name is in /etc/hosts, and a ticket is for the name.
CLIENT = """\
Host *
	Port 2222
	HostName server
	UserKnownHostsFile /home/laptop/.ssh/known_hosts
	StrictHostKeyChecking yes
	HostKeyAlias server
	KexAlgorithms curve25519-sha256
	LogLevel ERROR
	IgnoreUnknown ObscureKeystrokeTiming
	ObscureKeystrokeTiming no
	GSSAPIAuthentication yes
"""
CONFIG = "/home/laptop/.ssh/gssapi"


def need():
    for path in PROGRAMS:
        if not os.access(path, os.X_OK):
            raise Skip("no %s" % path)


class Realm:
    """Its KDC listens at ADDRESS, in the network of the world, and has keys for the HOSTS."""

    def __init__(self, host, address="127.0.0.1", hosts=("server",)):
        need()
        self.host, self.address, self.process = host, address, None
        shutil.rmtree(DIR, ignore_errors=True)
        os.mkdir(DIR, 0o700)
        self.configure()
        write(DIR + "/kdc.conf", KDC % self.values())
        os.environ["KRB5_KDC_PROFILE"] = DIR + "/kdc.conf"
        self.call("kdb5_util", "create", "-s", "-r", REALM, "-P", "master")
        for name in ("alice", "bob", "carol"):
            self.admin("addprinc -pw %s %s" % (self.password(name), name))
        for name in hosts:
            self.admin("addprinc -randkey host/" + name)
        self.start()

    def values(self):
        return {"realm": REALM, "address": self.address, "port": PORT, "dir": DIR, "log": self.host.log}

    def krb5_conf(self, more=""):
        return KRB5 % {**self.values(), "more": more}

    def configure(self, more=""):
        """/etc/krb5.conf, with MORE lines in [libdefaults]."""
        write("/etc/krb5.conf", self.krb5_conf(more))

    def keytab(self, *hosts, path="/etc/krb5.keytab"):
        """Writes the keys of the HOSTS to PATH."""
        for name in hosts:
            self.admin("ktadd -k %s host/%s" % (path, name))

    @staticmethod
    def call(*argv):
        r = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           timeout=60)
        if r.returncode:
            raise Failed("%s: status %d, %s" % (" ".join(argv), r.returncode, r.stdout))
        return r.stdout

    def admin(self, query):
        return self.call("kadmin.local", "-r", REALM, "-q", query)

    @staticmethod
    def password(name):
        return name + "-kerberos"

    def start(self):
        log = open(os.path.join(self.host.log, "krb5kdc.out"), "ab")
        self.process = subprocess.Popen(["krb5kdc", "-n", "-r", REALM], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self.answers, "the KDC listens")

    def answers(self):
        if self.process.poll() is not None:
            raise Failed("krb5kdc ended with status %d; see krb5kdc.out and kdc.log" % self.process.returncode)
        with socket.socket() as s:
            return s.connect_ex((self.address, PORT)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def kinit(self, name="alice", *options, env=None, user="laptop"):
        """A ticket for NAME, forwardable, in the cache that ENV or krb5.conf names."""
        r = self.host.as_user(user, ["kinit", "-f", *options, name], input=self.password(name), text=True, env=env)
        equal(r.returncode, 0, "the status of kinit: %s" % r.stderr)

    def asked(self, what):
        """How many requests the KDC has logged that have WHAT."""
        with open(os.path.join(self.host.log, "kdc.log"), errors="replace") as f:
            return sum(what in line for line in f)


class Kdc(Realm):
    def __init__(self, host, sshd=SSHD, client=CLIENT):
        super().__init__(host)
        self.keytab("server")
        write(CONFIG, client, 0o644, host.ids("laptop")[:2])
        self.call("sh", "-c", DEBUG)
        host.configure_sshd(sshd)

    def accepted(self, user="alice", method="gssapi-with-mic"):
        """How many logins of USER sshd has accepted by METHOD."""
        with open(os.path.join(self.host.log, "sshd.log"), errors="replace") as f:
            return f.read().count("Accepted %s for %s from" % (method, user))

    def requests(self, method):
        """How many requests to log in by METHOD sshd has got."""
        with open(os.path.join(self.host.log, "sshd.log"), errors="replace") as f:
            return f.read().count("service ssh-connection method " + method)

    def check_by_ticket(self, count, user="alice"):
        equal(self.accepted(user), count, "logins of %s by GSSAPI" % user)
        check(self.accepted(user, "publickey") == 0, "a key was used as well")
