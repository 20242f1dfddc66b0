# SPDX-License-Identifier: MIT
"""A private world: process 1 of new mount, pid, net, uts and ipc namespaces.

Everything that a test changes is changed on overlays whose upper layers are in a tmpfs of that world alone.  When
process 1 ends, the kernel ends every process of the world and the mounts go with them, so there is nothing to undo.

  unshare … python3 world.py SPEC     SPEC is a JSON object, see spec() below

Layout below BASE, a tmpfs that run.py mounted in a mount namespace of its own:
  stage/        what `make install DESTDIR=` put there
  template/     upper layers with the users, keys and configuration that all worlds start from
  w/            a tmpfs of this world alone: upper layers, src (the checkout), log (outside, kept when a case fails)
"""
import ctypes
import errno
import fcntl
import json
import os
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import traceback

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_MOVE, MS_REC = 4096, 8192, 16384
LAYERS = ("etc", "usr", "var", "home", "root")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

_libc = ctypes.CDLL(None, use_errno=True)


def mount(source, target, fstype=None, flags=0, data=None):
    def enc(s):
        return None if s is None else os.fsencode(s)
    if _libc.mount(enc(source), enc(target), enc(fstype), ctypes.c_ulong(flags), enc(data)):
        e = ctypes.get_errno()
        raise OSError(e, "mount %s %s: %s" % (fstype or "", target, os.strerror(e)))


def setns(fd, kind=0):
    if _libc.setns(fd, kind):
        e = ctypes.get_errno()
        raise OSError(e, "setns: " + os.strerror(e))


def unshare(flags):
    if _libc.unshare(flags):
        e = ctypes.get_errno()
        raise OSError(e, "unshare: " + os.strerror(e))


def network_holder():
    """The pid of a child that only holds a network namespace of its own, until it is killed."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        unshare(0x40000000)  # CLONE_NEWNET
        os.write(w, b"x")
        os.closerange(0, 1024)
        signal.pause()
    os.read(r, 1)
    os.close(r)
    os.close(w)
    return pid


def spec(base, src, log, net=True, template=False, entry=None, extra=None):
    """What world.py is told on its command line."""
    return json.dumps({"base": base, "src": src, "log": log, "net": net, "template": template, "entry": entry,
                       "extra": extra or {}})


def argv(spec_text, net=True):
    """The command that makes a world; killing it kills the world."""
    kinds = ["--mount", "--pid", "--uts", "--ipc"] + (["--net"] if net else [])
    return ["unshare", *kinds, "--fork", "--kill-child", "--propagation", "private", "--",
            "/usr/bin/python3", "-B", os.path.abspath(__file__), spec_text]


def bind(source, target, readonly=False):
    mount(source, target, None, MS_BIND | MS_REC)
    if readonly:
        mount(None, target, None, MS_BIND | MS_REMOUNT | MS_RDONLY)


def make_dev(path):
    os.mkdir(path)
    mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=1m")
    for name in DEVICES:
        open(os.path.join(path, name), "w").close()
        mount("/dev/" + name, os.path.join(path, name), None, MS_BIND)
    try:
        # of our own: the machine's is for root alone, perhaps
        os.mknod(os.path.join(path, "fuse"), stat.S_IFCHR, os.makedev(10, 229))
        os.chmod(os.path.join(path, "fuse"), 0o666)
    except OSError:
        pass  # the cases that need it say so
    for name in ("pts", "shm"):
        os.mkdir(os.path.join(path, name))
    mount("devpts", path + "/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620,gid=5")
    mount("tmpfs", path + "/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    for name, to in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"),
                     ("stderr", "fd/2")):
        os.symlink(to, os.path.join(path, name))


def overlay(name, lowers, upper, work):
    """Covers /name; where the kernel refuses overlays, by a copy (but for /usr, which would be too big)."""
    for d in (upper, work):
        os.makedirs(d, exist_ok=True)
    st = os.stat("/" + name)
    os.chmod(upper, st.st_mode & 0o7777)
    lowers = [d for d in lowers if os.path.isdir(d)]
    try:
        mount("overlay", "/" + name, "overlay", 0,
              "lowerdir=%s,upperdir=%s,workdir=%s" % (":".join(lowers), upper, work))
        return
    except OSError as e:
        if e.errno not in (errno.EINVAL, errno.EPERM, errno.ENODEV, errno.EOPNOTSUPP):
            raise
    copied_layer(name, lowers, upper)


def copied_layer(name, lowers, upper):
    """Without overlays: the upper layer gets what is below it, lowest first, and is bound over /name.

    For /usr only the directories that something is installed in are covered, by links to what was there.
    """
    if name != "usr":
        skip = () if name == "etc" else ("cache", "lib/apt", "lib/postgresql")
        for low in reversed(lowers):
            if low == "/" + name and name in ("home", "root"):
                continue
            ignore = [os.path.join(low, s) for s in skip]
            shutil.copytree(low, upper, symlinks=True, dirs_exist_ok=True, copy_function=copy_owned,
                            ignore=lambda d, names: [n for n in names if os.path.join(d, n) in ignore
                                                     or not copyable(os.path.join(d, n))])
        mount(upper, "/" + name, None, MS_BIND)
        return
    real = os.path.join(os.path.dirname(upper), "real-usr")
    os.makedirs(real)
    bind("/usr", real)
    for low in reversed([d for d in lowers if d != "/usr"]):
        for top, dirs, files in os.walk(low):
            rel = os.path.relpath(top, low)
            if files:
                cover_with_links(os.path.join("/usr", rel), os.path.join(real, rel), top, files)


def cover_with_links(target, real, source, files):
    made = os.path.join(real.replace("/real-usr", "/links-usr"))
    if not os.path.isdir(target):
        raise OSError(errno.EOPNOTSUPP, "no overlayfs here, and %s does not exist" % target)
    if not os.path.isdir(made):
        os.makedirs(made)
        for n in os.listdir(real):
            os.symlink(os.path.join(real, n), os.path.join(made, n))
        mount(made, target, None, MS_BIND)
    for n in files:
        if os.path.lexists(os.path.join(made, n)):
            os.unlink(os.path.join(made, n))
        shutil.copy2(os.path.join(source, n), os.path.join(made, n))


def copyable(path):
    return os.path.islink(path) or os.path.isdir(path) or os.path.isfile(path)


def copy_owned(src, dst, follow_symlinks=True):
    shutil.copy2(src, dst, follow_symlinks=False)
    st = os.lstat(src)
    os.chown(dst, st.st_uid, st.st_gid, follow_symlinks=False)
    return dst


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        ifr = struct.pack("16sh14x", b"lo", 1)  # IFF_UP
        fcntl.ioctl(s, 0x8914, ifr)             # SIOCSIFFLAGS


def build(s):
    """Makes the mounts of the world; afterwards paths mean what they mean inside."""
    base = s["base"]
    w = os.path.join(base, "w")
    os.makedirs(w, exist_ok=True)
    mount("tmpfs", w, "tmpfs", 0, "mode=755")
    for name, source, readonly in (("src", s["src"], True), ("log", s["log"], False)):
        os.mkdir(os.path.join(w, name))
        bind(source, os.path.join(w, name), readonly)
    make_dev(os.path.join(w, "dev"))
    for name in LAYERS:
        lowers = [os.path.join(base, "stage", name), "/" + name]
        if s["template"]:
            upper = os.path.join(base, "template", name)
            work = os.path.join(base, "template-work", name)
        else:
            lowers.insert(0, os.path.join(base, "template", name))
            upper = os.path.join(w, "upper", name)
            work = os.path.join(w, "work", name)
        overlay(name, lowers, upper, work)
    mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    mount(os.path.join(w, "dev"), "/dev", None, MS_MOVE)
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    os.makedirs("/run/lock", exist_ok=True)
    os.makedirs("/run/sshd", 0o755, exist_ok=True)
    open("/run/utmp", "w").close()
    if s["net"]:
        loopback_up()
    socket.sethostname("server")
    return os.path.join(w, "src"), os.path.join(w, "log")


def reap(child):
    """Process 1's whole job: collects everybody's end, and ends with its own child's status."""
    while True:
        pid, status = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(status)


def run_entry(s, src, log):
    """Calls MODULE:FUNCTION with (src, log, extra) in a child; its exit status is the world's.

    The module is in tests/sshd, or in the folder that extra["folder"] names beside it."""
    for folder in ("tests/sshd", s["extra"].get("folder")):
        if folder:
            sys.path.insert(0, os.path.join(src, folder))
    module, function = s["entry"].split(":")
    try:
        code = getattr(__import__(module), function)(src, log, s["extra"])
    except SystemExit as e:
        code = e.code
    except BaseException:
        traceback.print_exc()
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(code or 0))


def main():
    s = json.loads(sys.argv[1])
    src, log = build(s)
    asked = {k: v for k, v in os.environ.items() if k.startswith("HOLDFAST_TESTS_")}
    os.environ.clear()
    os.environ.update(asked)
    os.environ.update({"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                       "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"})
    os.chdir("/")
    # What a job in the background ignores would be ignored by the programs of the case as well.
    for sig in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(sig, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        run_entry(s, src, log)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    status = reap(child)
    os._exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
