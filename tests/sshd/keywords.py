# SPDX-License-Identifier: MIT
"""Options given to ssh and to the client alike, and a laptop that has no ssh."""
import os
import shutil

from term import check, equal
from test_transport import HOME, echo, ends, works

HOST_KEY = "/etc/ssh/test_host_key.pub"


def options(*values):
    return [word for value in values for word in ("-o", value)]


def plain_ssh(host, status, *values, **kw):
    """A stock ssh with these options ends with STATUS."""
    r = host.ssh_run(options=options(*values), args=("true",), **kw)
    equal(r.returncode, status, "ssh with %s; %s" % (values, r.stderr))


def both_take(host, *values, transport="libssh", **kw):
    plain_ssh(host, 0, *values, **kw)
    works(echo(host, *options(*values), **kw), transport)


def both_refuse(host, *values, why="", **kw):
    plain_ssh(host, 255, *values, **kw)
    r = echo(host, *options(*values), **kw)
    ends(r, "refused", why)
    check(b"echoed" not in r.stderr, "got in with %s" % (values,))


def without_ssh():
    """The environment of a laptop that has no ssh."""
    where = HOME + "/bin"
    if not os.path.isdir(where):
        os.mkdir(where)
        for name in ("setsid", "sh"):
            os.symlink(shutil.which(name), where + "/" + name)
    return {"PATH": where}
