/* SPDX-License-Identifier: MIT */
/* holdfastd's own events: no disk delays the process that accepts logins. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counters.h"
#include "eventstore.h"
#include "lastwords.h"
#include "log.h"
#include "statedir.h"
#include "storing.h"

int __wrap_statedir_open(enum statedir which);
int __wrap_eventstore_add(int dir, const struct event *e);
void __wrap_event_log(int priority, const struct event *e);
void __wrap_counters_event(const char *event, const char *why);
void __wrap_log_errno_at(int priority, const char *function, int err, const char *fmt, ...);

/* Children see it too. */
static struct shared {
	sem_t disk; /* it is frozen, but for as many openings as this has */
	int error;  /* it is broken instead */
	unsigned stored, complaints;
} *shared;
static pid_t self;
static unsigned touched, logged, counted;

int
__wrap_statedir_open(enum statedir which)
{
	(void)which;
	if (shared->error)
		return shared->error;
	if (getpid() != self)
		return sem_wait(&shared->disk) ? -errno : open("/dev/null", O_RDONLY | O_CLOEXEC);
	touched++;
	return -EIO;
}

int
__wrap_eventstore_add(int dir, const struct event *e)
{
	(void)dir;
	(void)e;
	__atomic_fetch_add(&shared->stored, 1, __ATOMIC_SEQ_CST);
	return 0;
}

void
__wrap_event_log(int priority, const struct event *e)
{
	(void)priority;
	(void)e;
	logged++;
}

void
__wrap_counters_event(const char *event, const char *why)
{
	assert_string_equal(event, "refuse");
	assert_non_null(why);
	counted++;
}

void
__wrap_log_errno_at(int priority, const char *function, int err, const char *fmt, ...)
{
	(void)priority;
	(void)function;
	(void)err;
	(void)fmt;
	__atomic_fetch_add(&shared->complaints, 1, __ATOMIC_SEQ_CST);
}

static int
begin(void **state)
{
	(void)state;
	self = getpid();
	touched = logged = counted = 0;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || sem_init(&shared->disk, 1, 0))
		return -1;
	storing_by_children();
	return 0;
}

/* The child has ended, and is known. */
static void
child_ends(void)
{
	int status;
	pid_t pid = waitpid(-1, &status, 0);

	assert_true(pid > 0);
	assert_int_equal(status, 0);
	assert_true(storing_ended(pid));
	assert_false(storing_ended(pid));
}

/* Beyond the limit on lines a login that is late, or whose helper has died, is counted and not written. */
static void
quiet_ones_are_counted(void **state)
{
	static struct lastwords w;
	struct slots_freed f = { .helper = { .pid = 77, .uid = 1000, .quiet = true }, .late = true, .refused = true };

	(void)state;
	lastwords_slot(&w, &f);
	assert_int_equal(counted, 1);
	/* its end is not another refusal */
	f.over = f.done = true;
	lastwords_slot(&w, &f);
	assert_int_equal(counted, 1);
	/* one is killed: its end, and its status a moment later */
	f.late = f.refused = f.done = false;
	lastwords_slot(&w, &f);
	lastwords_status(&w, 77, 9);
	lastwords_status(&w, 77, 9);
	assert_int_equal(counted, 2);
	assert_int_equal(logged, 0);
}

/* A login that is too late, once for each call. */
static void
one_is_late(struct lastwords *w)
{
	const struct slots_freed late = { .helper = { .uid = 1000 }, .late = true, .refused = true };

	lastwords_slot(w, &late);
}

static void
a_frozen_disk_delays_a_child_alone(void **state)
{
	static struct lastwords w;

	(void)state;
	one_is_late(&w);
	one_is_late(&w);
	storing_turn();
	/* the child hangs; further ones wait, as many as there is room for */
	for (unsigned i = 0; i < STORING_WAITING + 5; i++) {
		one_is_late(&w);
		storing_turn();
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), 0);
	assert_int_equal(touched, 0);
	assert_int_equal(logged, STORING_WAITING + 7);
	assert_int_equal(counted, STORING_WAITING + 7);
	assert_int_equal(shared->stored, 0);
	assert_int_equal(shared->complaints, 1);
	for (unsigned i = 0; i < STORING_WAITING + 7; i++)
		sem_post(&shared->disk);
	child_ends();
	assert_int_equal(shared->stored, 2);
	/* there was one child, whatever was asked */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	storing_turn();
	child_ends();
	assert_int_equal(shared->stored, STORING_WAITING + 2);
	storing_turn();
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(touched, 0);
}

/* Each login has a helper of its own, and none of them knows what others have said. */
static void
a_full_disk_is_said_once_by_all(void **state)
{
	struct event e;

	(void)state;
	shared->error = -ENOSPC;
	event_init(&e, "refuse");
	for (int i = 0; i < 5; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			storing_put(&e);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		assert_false(storing_ended(pid));
	}
	assert_int_equal(shared->complaints, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_frozen_disk_delays_a_child_alone, begin),
		cmocka_unit_test_setup(quiet_ones_are_counted, begin),
		cmocka_unit_test_setup(a_full_disk_is_said_once_by_all, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
