/* SPDX-License-Identifier: MIT */
#include "root.h"

#include <errno.h>

#include "sdconf.h"
#include "survival.h"

#define LOGIN "/user.slice/user-1000.slice/session-4.scope"

static void
expect_setting(const char *want)
{
	char value[SDCONF_VALUE_CAP] = "";

	if (want) {
		assert_int_equal(sdconf_get(sdconf_config_dirs, "logind.conf", "Login", "KillUserProcesses",
		                            value), 0);
		assert_string_equal(value, want);
	} else {
		assert_int_equal(sdconf_get(sdconf_config_dirs, "logind.conf", "Login", "KillUserProcesses",
		                            value), -ENODATA);
	}
}

static void
test_settings(void **state)
{
	char value[SDCONF_VALUE_CAP];

	(void)state;
	assert_int_equal(sdconf_get(sdconf_config_dirs, "logind.conf", "Login", "X", value), -ENOENT);
	root_file("/usr/lib/systemd/logind.conf", "[Login]\nKillUserProcesses=yes\n");
	expect_setting("yes");
	root_file("/etc/systemd/logind.conf", "# KillUserProcesses=yes\n[Other]\nKillUserProcesses=no\n[Login]\n");
	expect_setting(NULL);
	root_file("/etc/systemd/logind.conf", "[Login]\n KillUserProcesses = no \n");
	expect_setting("no");
	root_file("/usr/lib/systemd/logind.conf.d/50-a.conf", "[Login]\nKillUserProcesses=yes\n");
	expect_setting("yes");
	root_file("/run/systemd/logind.conf.d/60-b.conf", "[Login]\nKillUserProcesses=0\n");
	expect_setting("0");
	root_file("/etc/systemd/logind.conf.d/60-b.conf", "[Login]\nKillUserProcesses=1\n");
	expect_setting("1");
	root_file("/etc/systemd/logind.conf.d/60-b.conf", "[Login]\nKillUserProcesses=\n");
	expect_setting(NULL);
	root_file("/etc/systemd/logind.conf.d/not-read", "[Login]\nKillUserProcesses=yes\n");
	expect_setting(NULL);
}

static void
test_kills(void **state)
{
	(void)state;
	assert_int_equal(survival_kills("alice"), SURVIVAL_UNKNOWN);
	root_file("/etc/os-release", "NAME=x\nID=debian\n");
	assert_int_equal(survival_kills("alice"), SURVIVAL_NO);
	root_file("/usr/lib/systemd/logind.conf", "[Login]\n#KillUserProcesses=yes\n");
	assert_int_equal(survival_kills("alice"), SURVIVAL_YES);
	assert_int_equal(survival_kills("root"), SURVIVAL_NO);
	root_file("/etc/systemd/logind.conf", "[Login]\nKillUserProcesses=on\nKillOnlyUsers=bob\n");
	assert_int_equal(survival_kills("alice"), SURVIVAL_NO);
	assert_int_equal(survival_kills("bob"), SURVIVAL_YES);
	root_file("/etc/systemd/logind.conf", "[Login]\nKillUserProcesses=on\nKillExcludeUsers=carol bob\n");
	assert_int_equal(survival_kills("bob"), SURVIVAL_NO);
	assert_int_equal(survival_kills("root"), SURVIVAL_YES);
	root_file("/etc/systemd/logind.conf", "[Login]\nKillUserProcesses=perhaps\n");
	assert_int_equal(survival_kills("alice"), SURVIVAL_UNKNOWN);
}

static void
expect_cgroup(const char *text, const char *want)
{
	char *copy = strdup(text), path[256];

	if (want) {
		assert_int_equal(survival_cgroup(copy, path, sizeof path), 0);
		assert_string_equal(path, want);
	} else {
		assert_int_equal(survival_cgroup(copy, path, sizeof path), -ENODATA);
	}
	free(copy);
}

static void
test_cgroup(void **state)
{
	(void)state;
	expect_cgroup("", NULL);
	expect_cgroup("0::/\n", "/");
	expect_cgroup("0::" LOGIN "\n", LOGIN);
	expect_cgroup("12:pids:/x\n1:name=systemd:" LOGIN "\n0::/y\n", LOGIN);
	expect_cgroup("1:name=systemd:" LOGIN "\n0::/\n", LOGIN);
	expect_cgroup("1:name=systemd:/\n0::" LOGIN "\n", LOGIN);
	expect_cgroup("0::" LOGIN "\n1:name=systemd:/\n", LOGIN);
	expect_cgroup("12:pids:/x\n", NULL);
	expect_cgroup("nonsense\n:\n::\n", NULL);
}

static void
expect(const char *cgroup, enum survival_place place, enum survival_answer answer)
{
	struct survival s;

	survival_in(cgroup, "alice", &s);
	assert_int_equal(s.place, place);
	assert_int_equal(s.answer, answer);
	assert_true(s.why[0] != '\0');
}

static void
test_places(void **state)
{
	(void)state;
	expect(LOGIN, SURVIVAL_NOWHERE, SURVIVAL_YES);
	root_file("/run/systemd/system/x", "");
	expect(LOGIN, SURVIVAL_LOGIN, SURVIVAL_UNKNOWN);
	root_file("/etc/systemd/logind.conf", "[Login]\nKillUserProcesses=no\n");
	expect(LOGIN, SURVIVAL_LOGIN, SURVIVAL_YES);
	root_file("/etc/systemd/logind.conf", "[Login]\nKillUserProcesses=yes\n");
	expect(LOGIN, SURVIVAL_LOGIN, SURVIVAL_NO);
	expect("/machine.slice/x.scope/user.slice/user-1000.slice/session-4.scope", SURVIVAL_LOGIN, SURVIVAL_NO);
	expect("/user.slice/user-1000.slice/user@1000.service/app.slice/run-r1.scope", SURVIVAL_USER_MANAGER,
	       SURVIVAL_NO);
	root_file("/var/lib/systemd/linger/alice", "");
	expect("/user.slice/user-1000.slice/user@1000.service/app.slice/run-r1.scope", SURVIVAL_USER_MANAGER,
	       SURVIVAL_YES);
	expect("/system.slice/system-ssh.slice/ssh@3-10.0.0.1:22-10.0.0.2:50000.service", SURVIVAL_SSH_INSTANCE,
	       SURVIVAL_NO);
	root_file("/usr/lib/systemd/system/ssh@.service", "[Service]\nKillMode=process\n");
	expect("/system.slice/ssh@3-10.0.0.1.service", SURVIVAL_SSH_INSTANCE, SURVIVAL_YES);
	expect("/system.slice/sshd@3.service", SURVIVAL_SSH_INSTANCE, SURVIVAL_NO);
	expect("/system.slice/ssh.service", SURVIVAL_SSH_SERVICE, SURVIVAL_YES);
	expect("/system.slice/holdfastd.service", SURVIVAL_OTHER, SURVIVAL_YES);
	expect("/", SURVIVAL_NOWHERE, SURVIVAL_YES);
}

static void
test_own_process(void **state)
{
	struct survival s;

	(void)state;
	root_file("/run/systemd/system/x", "");
	survival_of(0, "alice", &s);
	assert_int_equal(s.place, SURVIVAL_HIDDEN);
	assert_int_equal(s.answer, SURVIVAL_UNKNOWN);
	root_file("/etc/systemd/logind.conf", "[Login]\nKillUserProcesses=yes\n");
	root_file("/proc/77/cgroup", "0::" LOGIN "\n");
	survival_of(77, "alice", &s);
	assert_int_equal(s.answer, SURVIVAL_NO);
	assert_string_equal(s.unit, "session-4.scope");
}

static void
test_files(void **state)
{
	char *text;
	size_t len;

	(void)state;
	assert_int_equal(hostfile_read("/none", &text, &len), -ENOENT);
	assert_int_equal(hostfile_exists("/none"), 0);
	root_file("/f", "one\n  two \t\n\nthree");
	assert_int_equal(hostfile_exists("/f"), 1);
	assert_int_equal(hostfile_read("/f", &text, &len), 0);
	assert_int_equal(len, 18);
	char *rest = text;
	assert_string_equal(hostfile_line(&rest), "one");
	assert_string_equal(hostfile_line(&rest), "two");
	assert_string_equal(hostfile_line(&rest), "");
	assert_string_equal(hostfile_line(&rest), "three");
	assert_null(hostfile_line(&rest));
	free(text);
	assert_int_equal(hostfile_read("/", &text, &len), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_settings), root_test(test_kills), root_test(test_cgroup), root_test(test_places),
		root_test(test_own_process), root_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
