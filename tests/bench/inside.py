# SPDX-License-Identifier: MIT
"""The entry of the benchmark's world: everything is measured here, one subject after the other."""
import faulthandler
import json
import os
import platform
import time
import traceback

import m_bulk
import m_flood
import m_interactive
import m_login
import m_memory
import m_transfer
import m_typing
from figures import Figures
from host import Host
from table import table
from template import write
from term import Failed
from ways import CLIENT, HELD, PLAIN

SUBJECTS = (
    ("echo", m_interactive.echo), ("bulk", m_bulk.bulk), ("login", m_login.login),
    ("module", m_login.module), ("recovery", m_login.recovery), ("flood", m_flood.flood),
    ("transfer", m_transfer.transfer), ("typing", m_typing.typing), ("wakeups", m_memory.wakeups),
    ("memory", m_memory.memory),
)


# the least, and mosh with its timers, take half of a minute
QUICK_WAYS = (PLAIN, HELD, CLIENT, "dtach", "abduco", "tmux", "screen")


class Plan:
    """How much is measured."""

    def __init__(self, quick, only, subjects, sessions):
        self.quick, self.subjects = quick, subjects
        self.only = only or (QUICK_WAYS if quick else None)
        self.echo_rounds, self.echo_keys = (1, 40) if quick else (3, 150)
        self.bulk_rounds, self.bulk_bytes = (1, 4000000) if quick else (3, 40000000)
        self.login_rounds = 1 if quick else 5
        self.module_rounds = 100 if quick else 1000
        self.recovery_rounds = 1 if quick else 4
        self.flood_rounds, self.flood_seconds = (1, 2) if quick else (2, 5)
        self.transfer_rtts = (20,) if quick else (0, 20, 100, 200)
        self.transfer_rounds = 1 if quick else 2
        self.transfer_bytes = {0: 100 << 20, 20: 32 << 20, 100: 16 << 20, 200: 16 << 20}
        self.typing_lines = ((200, 0, ("bash", "vim")),) if quick else (
            (200, 0, ("bash", "zsh", "fish", "vim", "nano", "python")), (600, 50, ("bash", "vim")))
        self.typing_keys = 80 if quick else None
        self.idle_seconds = 2 if quick else 10
        self.limit = 300 if quick else 1800  # seconds, then something hangs
        self.sessions, self.states = ((8,), ("empty",)) if quick else ((1, 10, 100, 1000), ("empty", "full"))
        self.sessions = sessions or self.sessions


def run(src, log, extra):
    quick = extra["quick"]
    plan = Plan(quick, extra["ways"], extra["subjects"], extra["sessions"])
    meta = {"quick": quick, "kernel": platform.release(), "processors": os.cpu_count(),
            "load": "%.1f" % os.getloadavg()[0]}
    figures = Figures(meta)
    write("/etc/holdfast/holdfast.conf", "MaxSessions 5000\n")
    write("/etc/ssh/sshd_config.d/000-bench.conf", "MaxSessions 2000\nMaxStartups 2000\nPerSourceMaxStartups none\n")
    host = Host(src, log).start()
    plan.transfer_rtts = extra["rtts"] or plan.transfer_rtts
    if extra["megabytes"]:
        plan.transfer_bytes = dict.fromkeys(plan.transfer_bytes, extra["megabytes"] << 20)
    plan.verbose = extra["verbose"]
    plan.cgroup, plan.kernel_proc = extra["cgroup"], extra["kernel_proc"]
    if plan.cgroup:
        # what holdfastd starts from now on is counted there
        with open(os.path.join(plan.cgroup, "cgroup.procs"), "w") as f:
            f.write(str(host.holdfastd.pid))
    faulthandler.dump_traceback_later(plan.limit, exit=True)
    start = time.monotonic()
    for name, measure in SUBJECTS:
        if plan.subjects and name not in plan.subjects:
            continue
        print("%5.0f s: %s" % (time.monotonic() - start, name), flush=True)
        try:
            m_memory.end_all(host)
            measure(host, figures, plan)
        except Exception as e:
            figures.fail(name, "all", e if isinstance(e, Failed) else traceback.format_exc(limit=3))
    meta["seconds"] = round(time.monotonic() - start)
    figures.write(os.path.join(log, "bench.json"))
    print(table(json.loads(json.dumps(figures.result()))), flush=True)
    return 1 if figures.failures else 0
