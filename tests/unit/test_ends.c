/* SPDX-License-Identifier: MIT */
/* The records of ends: their lines, the files, the words, and what decides about the cause. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "endcause.h"
#include "endrecord.h"
#include "endstore.h"
#include "endsweep.h"
#include "endwords.h"
#include "hoststate.h"
#include "oomwatch.h"
#include "userfile.h"

static const struct endrecord full = {
	.time_ms = 1764424800123, .seen_ms = 1764424000000, .created_ms = UINT64_MAX, .session = 2, .uid = 1000,
	.unique = "5f3a0000000000ff", .boot = "0123456789abcdef0123456789abcdef", .user = "ali\\ce", .name = "build-2",
	.program = "a b=\"c", .line = "100% \xc3\xa4 done", .has_status = 1, .status = SIGKILL, .why = END_OOM,
	.by = END_BY_PROCESS, .actor = { .uid = 7, .pid = 8, .program = "x", .signal = 9, .said_by_keeper = true },
	.idle_s = 60, .attached = true, .told = true,
};

static void
lines(void **state)
{
	static const char *const bad[] = {
		"", "x", "session=2", "time_ms=5", "time_ms=5 session=0", "time_ms=5 session=x", "time_ms=5 session=4294967296",
		"time_ms=18446744073709551616 session=1", "time_ms=5 session=1 name=\\9", "time_ms=5 session=1 name=\\000",
		"time_ms=5 session=1 status=256", "time_ms=5 session=1 status=signal:", "time_ms=5 session=1 unique=12345678901234567",
	};
	char text[ENDRECORD_TEXT];
	struct endrecord got;
	int len = endrecord_text(&full, text);

	(void)state;
	assert_int_equal(strlen(text), len);
	assert_int_equal(text[len - 1], '\n');
	assert_null(memchr(text, '\n', (size_t)len - 1));
	assert_int_equal(endrecord_parse(&got, text, (size_t)len - 1), 0);
	assert_memory_equal(&got, &full, sizeof full);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(endrecord_parse(&got, bad[i], strlen(bad[i])), -EBADMSG);
	/* A later version's. */
	assert_int_equal(endrecord_parse(&got, "time_ms=5 session=1 why=meteor more=1", 37), 0);
	assert_string_equal(endrecord_why(got.why), "unknown");
	/* Whatever a keeper says, a terminal is not moved. */
	assert_int_equal(endrecord_parse(&got, "time_ms=5 session=1 line=\\033[2J", 32), 0);
	assert_string_equal(got.line, "?[2J");
	for (int cut = 0; cut < len; cut++)
		endrecord_parse(&got, text, (size_t)cut);
}

/* The longest one loses its last line, and no other one is damaged by it. */
static void
longest_line(void **state)
{
	struct endrecord r = full, got;
	char text[ENDRECORD_TEXT];
	int len;

	(void)state;
	memset(r.user, '=', sizeof r.user - 1);
	memset(r.name, '\1', sizeof r.name - 1);
	memset(r.program, '\1', sizeof r.program - 1);
	memset(r.line, '\1', sizeof r.line - 1);
	len = endrecord_text(&r, text);
	assert_in_range(len, 1000, ENDRECORD_TEXT - 1);
	assert_int_equal(endrecord_parse(&got, text, (size_t)len - 1), 0);
	assert_string_equal(got.line, "");
	assert_string_equal(got.user, r.user);
}

static int
make_dir(char path[32])
{
	int dir;

	strcpy(path, "/tmp/holdfast-ends.XXXXXX");
	assert_non_null(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	return dir;
}

static void
remove_dir(int dir, const char *path)
{
	unlinkat(dir, "1000", 0);
	unlinkat(dir, "one", 0);
	unlinkat(dir, ".lock", 0);
	close(dir);
	assert_int_equal(rmdir(path), 0);
}

/* A last line that was cut is no record. */
static void
torn_line(void **state)
{
	static const char text[] = "time_ms=5 session=7 user=ali\ntime_ms=6 session=8 user=ali";
	struct endrecord *v;
	size_t count;

	(void)state;
	assert_int_equal(endstore_parse(text, sizeof text - 1, &v, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(v[0].session, 7);
	free(v);
}

/* No more than ENDSTORE_MAX are kept, the latest; old ones go; others' lines do no harm. */
static void
store(void **state)
{
	struct endrecord r = full, *v;
	char path[32];
	size_t count;
	int dir = make_dir(path), fd;
	struct stat st;
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1001, .l_len = 1 };

	(void)state;
	assert_int_equal(endstore_read(dir, "1000", &v, &count), 0);
	assert_int_equal(count, 0);
	free(v);
	r.time_ms = clock_date_ms() - (ENDSTORE_DAYS + 1) * UINT64_C(86400000);
	assert_int_equal(endstore_add(dir, &r), 0);
	for (unsigned i = 1; i <= ENDSTORE_MAX + 5; i++) {
		r.time_ms = clock_date_ms();
		r.session = i;
		assert_int_equal(endstore_add(dir, &r), 0);
	}
	fd = openat(dir, "1000", O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(write(fd, "garbage\n\n\x01", 10), 10);
	close(fd);
	assert_int_equal(endstore_read(dir, "1000", &v, &count), 0);
	assert_int_equal(count, ENDSTORE_MAX);
	assert_int_equal(v[0].session, 6);
	assert_int_equal(v[count - 1].session, ENDSTORE_MAX + 5);
	free(v);
	/* A user who has the file open keeps no blocks of the disk. */
	fd = openat(dir, "1000", O_RDONLY | O_CLOEXEC);
	assert_false(userfile_is_old(fd));
	assert_int_equal(endstore_add(dir, &r), 0);
	assert_true(userfile_is_old(fd));
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 0);
	close(fd);
	/* A user's lock that is held keeps no other user waiting. */
	fd = openat(dir, ".lock", O_WRONLY | O_CLOEXEC);
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
	assert_int_equal(endstore_add(dir, &r), 0);
	lock.l_start = 1000;
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
	assert_true(endstore_add(dir, &r) < 0);
	close(fd);
	/* What others can write is not believed. */
	assert_int_equal(fchmodat(dir, "1000", 0622, 0), 0);
	assert_int_equal(endstore_read(dir, "1000", &v, &count), -EPERM);
	assert_int_equal(endstore_put(dir, "one", &full), 0);
	assert_int_equal(endstore_get(dir, "one", &r), 0);
	assert_memory_equal(&r, &full, sizeof r);
	assert_int_equal(endstore_get(dir, "none", &r), -ENOENT);
	remove_dir(dir, path);
}

static bool
heard(int fd)
{
	return fd == 1;
}

/* Told once, and only of what matters. */
static void
told_once(void **state)
{
	struct endrecord r = { .session = 1, .uid = 1000, .why = END_EXIT, .by = END_BY_SHELL }, got;
	char path[32];
	size_t count = 9;
	int dir = make_dir(path);

	(void)state;
	r.time_ms = clock_date_ms();
	assert_int_equal(endstore_tell(dir, 1000, heard, 1, &got, &count), -ENOENT);
	assert_int_equal(endstore_add(dir, &r), 0);
	assert_int_equal(endstore_tell(dir, 1000, heard, 1, &got, &count), -ENOENT);
	r.why = END_OOM;
	r.session = 2;
	assert_int_equal(endstore_add(dir, &r), 0);
	r.session = 3;
	assert_int_equal(endstore_add(dir, &r), 0);
	r.session = 4;
	r.told = true;
	assert_int_equal(endstore_add(dir, &r), 0);
	/* Nobody hears it: the next login does. */
	assert_int_equal(endstore_tell(dir, 1000, heard, 0, &got, &count), -ECANCELED);
	assert_int_equal(endstore_tell(dir, 1000, heard, 1, &got, &count), 0);
	assert_int_equal(got.session, 3);
	assert_int_equal(count, 2);
	assert_int_equal(endstore_tell(dir, 1000, heard, 1, &got, &count), -ENOENT);
	remove_dir(dir, path);
}

/* One case of endcause_decide(). */
struct decision {
	struct endcause c;
	enum end_why why;
	enum end_by by;
};

#define STATUS(s) .has_status = true, .status = (s)
#define NEVER .idle_limit_s = UINT32_MAX

static void
decisions(void **state)
{
	static const struct decision v[] = {
		{ { STATUS(0) }, END_EXIT, END_BY_SHELL },
		{ { STATUS(3 << 8) }, END_EXIT, END_BY_SHELL },
		{ { STATUS(SIGKILL) }, END_SIGNAL, END_BY_UNKNOWN },
		{ { STATUS(SIGKILL), .oom = true }, END_OOM, END_BY_KERNEL },
		/* A kill by the OOM killer at the same time has not made a shell exit, or got SEGV. */
		{ { STATUS(0), .oom = true }, END_EXIT, END_BY_SHELL },
		{ { STATUS(SIGSEGV), .oom = true }, END_SIGNAL, END_BY_UNKNOWN },
		{ { STATUS(SIGHUP), .keeper_why = LEADERMSG_WHY_KILL, .asked = true, .asker = { .uid = 0, .pid = 5 } },
		  END_KILL, END_BY_PROCESS },
		/* Killed after five seconds, by its keeper. */
		{ { STATUS(SIGKILL), .oom = true, .keeper_why = LEADERMSG_WHY_KILL, .asked = true }, END_KILL, END_BY_PROCESS },
		{ { STATUS(SIGHUP), .keeper_why = LEADERMSG_WHY_KILL }, END_KILL, END_BY_UNKNOWN },
		{ { STATUS(SIGHUP), .keeper_why = LEADERMSG_WHY_DETACHED }, END_DETACHED, END_BY_TIMEOUT },
		{ { STATUS(127 << 8), .keeper_why = LEADERMSG_WHY_NO_SHELL }, END_NO_SHELL, END_BY_UNKNOWN },
		{ { STATUS(SIGHUP), .keeper_why = LEADERMSG_WHY_IDLE }, END_IDLE_SHELL, END_BY_TIMEOUT },
		{ { STATUS(0), .keeper_why = LEADERMSG_WHY_RELEASED }, END_RELEASED, END_BY_CLIENT },
		{ { STATUS(SIGKILL), .keeper_lost = true }, END_KEEPER, END_BY_UNKNOWN },
		{ { STATUS(SIGKILL), .keeper_lost = true, .oom = true }, END_OOM, END_BY_KERNEL },
		{ { STATUS(SIGKILL), .slain = true, .keeper_lost = true }, END_KILL, END_BY_PROCESS },
		{ { STATUS(SIGHUP), .scope_stopped = true, NEVER, .keeper_why = LEADERMSG_WHY_KILL, .asked = true },
		  END_STOPPED, END_BY_SYSTEMD },
		{ { STATUS(SIGHUP), .scope_stopped = true, .host_stopping = true, .logind_closes = true }, END_SHUTDOWN, END_BY_HOST },
		{ { STATUS(SIGHUP), .scope_stopped = true, .logind_closes = true, NEVER, .idle_s = 99999 }, END_LOGIND, END_BY_LOGIND },
		{ { STATUS(SIGHUP), .scope_stopped = true, .logind_closes = true, .idle_limit_s = 60, .idle_s = 30 },
		  END_LOGIND, END_BY_LOGIND },
		{ { STATUS(SIGHUP), .scope_stopped = true, .logind_closes = true, .idle_limit_s = 60, .idle_s = 61 },
		  END_IDLE_SESSION, END_BY_LOGIND },
		/* Nobody has asked logind, however idle. */
		{ { STATUS(SIGHUP), .scope_stopped = true, .idle_limit_s = 60, .idle_s = 61 }, END_STOPPED, END_BY_SYSTEMD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		struct endrecord r = full;

		endcause_decide(&v[i].c, &r);
		assert_string_equal(endrecord_why(r.why), endrecord_why(v[i].why));
		assert_string_equal(endrecord_by(r.by), endrecord_by(v[i].by));
		assert_int_equal(r.status, v[i].c.status);
	}
}

static void
words(void **state)
{
	struct endrecord r = { .session = 2, .uid = 1000, .program = "make", .why = END_OOM, .by = END_BY_KERNEL };
	char text[TEXT_CAP];

	(void)state;
	setenv("TZ", "UTC", 1);
	r.time_ms = 1764424920000; /* 2025-11-29 14:02 */
	endwords_line(&r, r.time_ms + 60000, text);
	assert_string_equal(text, "session 2 (make) was ended by the OOM killer: there was no memory left at 14:02");
	endwords_line(&r, r.time_ms + 86400000, text);
	assert_string_equal(text, "session 2 (make) was ended by the OOM killer: there was no memory left at Nov 29 14:02");
	strcpy(r.name, "b\033[2Jx");
	endwords_session(&r, text);
	assert_string_equal(text, "session 2 (b\\033[2Jx)");
	r.why = END_CRASH;
	r.seen_ms = r.time_ms - 3600000;
	r.name[0] = r.program[0] = '\0';
	endwords_line(&r, r.time_ms, text);
	assert_string_equal(text, "session 2 was lost: the host went down without a shutdown, between 13:02 and 14:02");
	for (r.why = END_NOT; r.why <= END_WHYS; r.why++) {
		endwords_how(&r, text);
		assert_true(text[0]);
	}
	r = (struct endrecord){ .session = 1, .uid = 1000, .why = END_KILL, .by = END_BY_PROCESS };
	strcpy(r.actor.program, "holdfastctl");
	r.actor.pid = 77;
	endwords_how(&r, text);
	assert_string_equal(text, "was ended by root (holdfastctl, process 77)");
	assert_true(endwords_matters(&r));
	r.actor.uid = 1000;
	assert_false(endwords_matters(&r));
}

/* A crash of the host, a shutdown, or a leader that was killed. */
static void
found_dead(void **state)
{
	struct endrecord r = { .session = 1, .uid = 1000, .time_ms = 5, .boot = "aaaa" };

	(void)state;
	endsweep_end(&r, "aaaa", "");
	assert_int_equal(r.why, END_KILLED);
	assert_int_equal(r.seen_ms, 5);
	r.time_ms = 5;
	endsweep_end(&r, "bbbb", "");
	assert_int_equal(r.why, END_CRASH);
	endsweep_end(&r, "bbbb", "cccc");
	assert_int_equal(r.why, END_CRASH);
	endsweep_end(&r, "bbbb", "aaaa");
	assert_int_equal(r.why, END_SHUTDOWN);
}

static void
oom(void **state)
{
	static const char groups[] = "9:name=systemd:/a\n4:cpu,memory:/b/session-3.scope\n0::/u\n";
	char path[64];
	struct oomwatch w;
	int p[2];

	(void)state;
	assert_int_equal(oomwatch_parse("low 0\nhigh 0\nmax 7\noom 2\noom_kill 3\noom_group_kill 9\n"), 3);
	assert_int_equal(oomwatch_parse("oom_kill_disable 0\nunder_oom 0\noom_kill 12\n"), 12);
	assert_int_equal(oomwatch_parse("oom_kill_disable 5\n"), 0);
	assert_int_equal(oomwatch_path(groups, "memory", path, sizeof path), 0);
	assert_string_equal(path, "/b/session-3.scope");
	assert_int_equal(oomwatch_path(groups, "", path, sizeof path), 0);
	assert_string_equal(path, "/u");
	assert_int_equal(oomwatch_path(groups, "mem", path, sizeof path), -ENOENT);
	assert_int_equal(oomwatch_path(groups, "memory", path, 8), -ENOENT);
	assert_true(oomwatch_is_kill_of("Out of memory: Killed process 12 (bash) total-vm:1kB", 12));
	assert_true(oomwatch_is_kill_of("Memory cgroup out of memory: Killed process 12 (x)", 12));
	assert_false(oomwatch_is_kill_of("Out of memory: Killed process 123 (bash)", 12));
	assert_int_equal(pipe(p), 0);
	/* A counter that cannot be read any more, because its cgroup has gone, is not waited for any more. */
	w = (struct oomwatch){ .fd = p[0], .polls = true };
	close(p[1]);
	oomwatch_look(&w);
	assert_int_equal(w.fd, -1);
	assert_false(w.polls);
	assert_false(oomwatch_is_kill_of("Killed process 12 (bash)", 12));
	assert_true(hoststate_is_closing("# x\nUID=1\nSTATE=closing\nREMOTE=1\n"));
	assert_false(hoststate_is_closing("# x\nUID=1\nSTATE=active\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines), cmocka_unit_test(longest_line), cmocka_unit_test(torn_line), cmocka_unit_test(store),
		cmocka_unit_test(told_once), cmocka_unit_test(decisions), cmocka_unit_test(words),
		cmocka_unit_test(found_dead), cmocka_unit_test(oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
