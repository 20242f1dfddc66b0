# SPDX-License-Identifier: MIT
"""holdfastctl metrics: what happens is counted, tools of others read it, and hung processes cost little time."""
import json
import os
import re
import shutil
import signal
import subprocess
import time

from host import RUN
from template import write
from term import Failed, Skip, check, equal, wait_until

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]
COUNTERS = RUN + "/counters"
CONF = "/etc/holdfast/holdfast.conf"
FILE = "/var/tmp/holdfast.prom"


def read(host, *args):
    """The samples by their names with labels; a name that comes twice is a failure."""
    r = host.ctl("root", "metrics", *args)
    equal(r.returncode, 0, "the status of metrics (%r)" % r.stderr)
    lines = [line.rsplit(" ", 1) for line in r.stdout.splitlines() if not line.startswith("#")]
    found = {name: float(value) for name, value in lines}
    equal(len(found), len(lines), "names of samples, each once")
    return found


def value(host, name):
    return read(host)["holdfast_" + name]


def wait_value(host, name, want):
    try:
        wait_until(lambda: value(host, name) == want, name)
    except Failed as e:
        raise Failed("%s is %s and not %s" % (name, value(host, name), want)) from e


def test_a_life(host):
    """Each event is counted once, also over a restart of holdfastd."""
    equal(oct(os.stat(COUNTERS).st_mode & 0o7777), "0o600", "the mode of the file")
    t = host.login()
    host.drop(t)
    t = host.ssh()
    t.shell_pid()
    t2 = host.login(options=OFF)
    t2.line("holdfastctl attach -j 1")
    host_wait(host, 2)
    t2.kill()
    host_wait(host, 1)
    t3 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=1"])
    t.wait_exit()
    keeper = host.session()["keeper_pid"]
    os.kill(keeper, signal.SIGKILL)
    wait_until(lambda: host.sessions() and host.session()["keeper_pid"] not in (0, keeper), "the next keeper")
    check(t3.shell_pid(), "the session goes on")
    host.stop_holdfastd()
    m = read(host)
    equal((m["holdfast_up"], m['holdfast_processes{part="holdfastd"}']), (0, 0), "without holdfastd")
    host.start_holdfastd()
    write(CONF, "MaxSessions 1\n")
    host.login(options=["-o", "SetEnv=LC_HOLDFAST=second"])
    equal(host.ctl("root", "drain").returncode, 0, "drain")
    host.ssh("bob").prompt()
    wait_value(host, 'refusals_total{reason="drain"}', 1)
    m = read(host)
    m["holdfast_DROPS"] = sum(v for k, v in m.items() if k.startswith("holdfast_drops_total{"))
    equal({k: m["holdfast_" + k] for k in WANTED}, WANTED, "the counts")
    check(0 < m["holdfast_resume_seconds_sum"] < 60, "the time to resume: %s s" % m["holdfast_resume_seconds_sum"])
    equal(m['holdfast_resume_seconds_bucket{le="+Inf"}'], 1, "resumes that were measured")
    check(m["holdfast_held_bytes"] >= 4096, "held: %s" % m["holdfast_held_bytes"])
    for part in ("holdfastd", "leader", "keeper"):
        equal(m['holdfast_processes{part="%s"}' % part], 1, "processes: " + part)
        check(20000 < m['holdfast_process_memory_bytes{part="%s"}' % part] < 20e6, "memory: %s: %s" % (part, m))
    t3.line("exit 3")
    t3.wait_exit()
    wait_value(host, 'sessions_ended_total{reason="exit"}', 1)
    wait_value(host, 'sessions{state="attached",kind="terminal"}', 0)


WANTED = {"sessions_created_total": 1, "resumes_total": 1, "joins_total": 1, "takeovers_total": 1,
          "leaves_total": 2, "keeper_deaths_total": 1, "keeper_upgrades_total": 0, "sessions_parked_total": 0,
          'refusals_total{reason="limit"}': 1, 'refusals_total{reason="drain"}': 1, 'refusals_total{reason="trouble"}': 0,
          'sessions_ended_total{reason="exit"}': 0, "DROPS": 1, 'drops_total{reason="other"}': 0,
          "draining": 1, "enabled": 1, "up": 1, "counters_readable": 1,
          'sessions{state="attached",kind="terminal"}': 1}


def host_wait(host, attached):
    wait_until(lambda: host.session()["attachments"] == attached, "%d attached" % attached)


def test_hung_and_damaged(host):
    """Keepers and leaders that are stopped cost a limited time; a file that is cut or removed costs the counts."""
    t = host.login()
    s = host.session()
    version = re.search(r"[\d.]+", host.ctl("root", "--version").stdout).group(0)
    equal(value(host, 'keepers{version="%s"}' % version), 1, "keepers of our version")
    stopped = [s["keeper_pid"], host.leader_of(s)]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    m = read(host)
    took = time.monotonic() - begun
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)
    check(took < 12, "metrics took %.1f s" % took)
    equal(m['holdfast_sessions{state="silent",kind="terminal"}'], 1, "silent sessions")
    os.truncate(COUNTERS, 0)
    host.drop(t)
    m = read(host)
    equal((m["holdfast_counters_readable"], any("drops_total" in k for k in m)), (0, False), "with a file that was cut")
    t = host.ssh()
    check(t.shell_pid(), "the session goes on")
    host.holdfastd.send_signal(signal.SIGHUP)
    wait_value(host, "counters_readable", 1)
    os.unlink(COUNTERS)
    check("does not exist" in host.ctl("root", "metrics").stderr or value(host, "counters_readable"), "it is missing")
    wait_value(host, "counters_readable", 1)
    host.drop(t)
    host.login("bob")
    wait_value(host, "sessions_created_total", 1)
    check(host.holdfastd.poll() is None, "holdfastd has ended")


def test_tools_of_others(host):
    """promtool, the strict reader of OpenMetrics, the sample rules and the sample dashboard; and --output."""
    host.drop(host.login())
    host.ssh().shell_pid()
    names = set(re.findall(r"^# TYPE (\S+)", host.ctl("root", "metrics", "--format", "prometheus").stdout, re.M))
    check(len(names) > 25, "names: %s" % names)
    output(host)
    strict(host)
    rules = os.path.join(host.src, "docs/metrics/alerts.yml")
    with open(rules, encoding="utf-8") as f:
        text = f.read()
    known(text, names, "alerts.yml")
    words = set(re.findall(r'[a-z]="([^"]+)"', "\n".join(read(host))))
    wanted = {w for group in re.findall(r'(?:state|reason)=~?"([^"]+)"', text) for w in group.split("|")}
    check(len(wanted) > 8 and wanted <= words, "alerts.yml has the words %s" % sorted(wanted - words))
    expressions = dashboard(host, names)
    if not shutil.which("promtool"):
        raise Skip("no promtool")
    with open(FILE, "rb") as f:
        r = subprocess.run(["promtool", "check", "metrics"], stdin=f, capture_output=True, text=True)
    equal((r.returncode, r.stdout + r.stderr), (0, ""), "promtool check metrics")
    queries = {"groups": [{"name": "dashboard", "rules": [
        {"record": "q:%d" % i, "expr": e.replace("$__rate_interval", "5m").replace("$instance", ".*")}
        for i, e in enumerate(expressions)]}]}
    write("/tmp/queries.yml", json.dumps(queries))
    for path in (rules, "/tmp/queries.yml"):
        r = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True)
        check(r.returncode == 0 and "SUCCESS" in r.stdout, "promtool check rules %s: %s" % (path, r.stdout + r.stderr))
    alerts(rules)


# A series, what it is on a host where nothing is wrong, and what makes its alert fire: a value at first, and what is added
# every five minutes.
SERIES = (
    ('holdfast_up', (1, 0), (0, 0), "HoldfastDown"),
    ('node_textfile_mtime_seconds{file="/x/holdfast.prom"}', (0, 300), (0, 0), "HoldfastMetricsOld"),
    ('holdfast_counters_readable', (1, 0), (0, 0), "HoldfastNotCounting"),
    ('holdfast_enabled', (1, 0), (1, 0), None),
    ('holdfast_draining', (0, 0), (1, 0), "HoldfastSwitchedOff"),
    ('holdfast_sessions{state="silent",kind="terminal"}', (0, 0), (2, 0), "HoldfastSessionsSilent"),
    ('holdfast_sessions{state="parked",kind="terminal"}', (0, 0), (1, 0), "HoldfastSessionsParked"),
    ('holdfast_keeper_deaths_total', (7, 0), (0, 4), "HoldfastKeepersDie"),
    ('holdfast_refusals_total{reason="trouble"}', (9, 0), (0, 4), "HoldfastRefuses"),
    ('holdfast_refusals_total{reason="drain"}', (0, 9), (0, 9), None),
    ('holdfast_asides_total{reason="crashed"}', (9, 0), (0, 4), "HoldfastNotHeld"),
    ('holdfast_asides_total{reason="off-file"}', (0, 9), (0, 9), None),
    ('holdfast_logins_waiting', (3, 0), (30, 0), "HoldfastLoginsWait"),
    ('holdfast_resume_seconds_bucket{le="0.1"}', (0, 9), (0, 1), None),
    ('holdfast_resume_seconds_bucket{le="5.0"}', (0, 9), (0, 9), "HoldfastResumesSlow"),
    ('holdfast_resume_seconds_bucket{le="+Inf"}', (0, 9), (0, 9), None),
    ('holdfast_sessions_ended_total{reason="oom"}', (3, 0), (0, 1), "HoldfastSessionsLost"),
    ('holdfast_keepers{version="1"}', (5, 0), (5, 0), None),
    ('holdfast_keepers{version="2"}', (0, 0), (3, 0), "HoldfastKeepersOld"),
)


def alerts(rules):
    """Each alert of the file fires for what it is made for, and none where nothing is wrong."""
    with open(rules, encoding="utf-8") as f:
        text = f.read()
    named = sorted(re.findall(r"alert: (\w+)", text))
    equal(sorted(s[3] for s in SERIES if s[3]), named, "alerts in alerts.yml that are tested")
    tests = []
    for column, expected in ((1, []), (2, named)):
        tests.append({"interval": "5m", "input_series": [
            {"series": s[0], "values": "%d+%dx330" % s[column]} for s in SERIES], "promql_expr_test": [
            {"expr": 'count by (alertname) (ALERTS{alertstate="firing"})', "eval_time": "26h", "exp_samples": [
                {"labels": '{alertname="%s"}' % a, "value": 1} for a in expected]}]})
    # A week takes promtool long: a day stands for it.
    write("/tmp/rules.yml", text.replace("for: 7d", "for: 1d"))
    write("/tmp/alerts_test.yml", json.dumps({"rule_files": ["/tmp/rules.yml"], "evaluation_interval": "5m", "tests": tests}))
    r = subprocess.run(["promtool", "test", "rules", "/tmp/alerts_test.yml"], capture_output=True, text=True)
    check(r.returncode == 0 and "SUCCESS" in r.stdout, "promtool test rules: " + r.stdout + r.stderr)


def output(host):
    r = host.ctl("root", "metrics", "-f", "prometheus", "-o", FILE)
    equal((r.returncode, r.stdout, r.stderr), (0, "", ""), "metrics -o")
    equal(oct(os.stat(FILE).st_mode & 0o7777), "0o644", "the mode of the file")
    with open(FILE, encoding="ascii") as f:
        check("\nholdfast_resumes_total 1\n" in f.read(), "the file")
    equal([n for n in os.listdir("/var/tmp") if n.startswith("holdfast.prom")], ["holdfast.prom"], "files beside it")
    # Where it can't be written, the file that is there stays.
    os.mkdir("/var/tmp/full")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "none", "/var/tmp/full"], check=True)
    write("/var/tmp/full/x.prom", "old\n")
    r = host.ctl("root", "metrics", "-o", "/var/tmp/full/x.prom")
    equal((r.returncode, r.stderr), (1, "holdfastctl: cannot write /var/tmp/full/x.prom: No space left on device\n"), "full")
    equal(os.listdir("/var/tmp/full"), ["x.prom"], "files there")
    for args, status, text in ((["-o", "/nowhere/x"], 1, "cannot write /nowhere/x: No such file or directory"),
                               (["-f", "xml"], 2, "expected openmetrics or prometheus"),
                               (["x"], 2, "metrics takes none")):
        r = host.ctl("root", "metrics", *args)
        check(r.returncode == status and text in r.stderr and not r.stdout, "metrics %s: %r" % (args, r))
    r = host.ctl("alice", "metrics")
    equal((r.returncode, r.stdout, r.stderr), (1, "", "holdfastctl: metrics is for root\n"), "a user's")


def strict(host):
    try:
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
    except ImportError as e:
        raise Skip("no python3-prometheus-client") from e
    families = {f.name: f for f in text_string_to_metric_families(host.ctl("root", "metrics").stdout)}
    equal((families["holdfast_resumes"].type, families["holdfast_resume_seconds"].type,
           families["holdfast_held_bytes"].unit), ("counter", "histogram", "bytes"), "families")


def known(text, names, where):
    """All metrics of ours in TEXT are among NAMES."""
    used = {re.sub("_bucket$", "", n) for n in re.findall(r"\bholdfast_[a-z_]+", text)}
    check(len(used) > 10 and used <= names, "%s has %s" % (where, sorted(used - names)))


def dashboard(host, names):
    with open(os.path.join(host.src, "docs/metrics/dashboard.json"), encoding="utf-8") as f:
        board = json.load(f)
    expressions = [t["expr"] for p in board["panels"] for t in p["targets"]]
    known("\n".join(expressions), names, "dashboard.json")
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]]
    equal(len(set(places)), len(places), "places of panels")
    return expressions
