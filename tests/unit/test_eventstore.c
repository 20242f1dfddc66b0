/* SPDX-License-Identifier: MIT */
/* The store of events: its limits, what a flood of one event leaves, damage, locks, age, a full disk, many writers. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "eventstore.h"
#include "userfile.h"

#define WRITERS 6
#define EACH 60

static char path[40];

static int
make_dir(void)
{
	int dir;

	strcpy(path, "/tmp/holdfast-events.XXXXXX");
	assert_non_null(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	return dir;
}

static void
remove_dir(int dir)
{
	static const char *const names[] = { "1000", "1001", "host", ".lock", ".swept" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlinkat(dir, names[i], 0);
	close(dir);
	assert_int_equal(rmdir(path), 0);
}

static struct event
event_of(const char *name, uint64_t session)
{
	struct event e;

	event_init(&e, name);
	event_add(&e, "user", "alice");
	event_number(&e, "uid", 1000);
	event_number(&e, "session", session);
	return e;
}

static int
add(int dir, const char *name, uint64_t session)
{
	struct event e = event_of(name, session);

	return eventstore_add(dir, &e);
}

static struct eventlist
all(int dir, const char *name)
{
	struct eventlist l = EVENTLIST_INIT;

	assert_int_equal(eventstore_read(dir, name, 0, &l), 0);
	return l;
}

static unsigned
how_many(const struct eventlist *l, const char *name)
{
	unsigned count = 0;
	struct event e;

	for (size_t i = 0; i < l->count; i++)
		count += eventlist_get(l, i, &e) == 0 && strcmp(event_get(&e, "event"), name) == 0;
	return count;
}

static void
limits(void **state)
{
	int dir = make_dir();
	struct eventlist l = all(dir, "1000");
	struct stat st;
	struct event e;

	(void)state;
	assert_int_equal(l.count, 0);
	eventlist_free(&l);
	assert_int_equal(add(dir, "create", 1), 0);
	assert_int_equal(add(dir, "end", 1), 0);
	for (uint64_t i = 2; i < 3000; i++)
		assert_int_equal(add(dir, i % 2 ? "drop" : "resume", i), 0);
	assert_int_equal(fstatat(dir, "1000", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, EVENTSTORE_MODE);
	l = all(dir, "1000");
	assert_true(l.count <= EVENTSTORE_LINES && l.count > EVENTSTORE_LINES / 2);
	/* What came twice a day is not pushed out by what comes a thousand times. */
	assert_int_equal(how_many(&l, "create"), 1);
	assert_int_equal(how_many(&l, "end"), 1);
	assert_int_equal(eventlist_get(&l, l.count - 1, &e), 0);
	assert_string_equal(event_get(&e, "session"), "2999");
	assert_int_equal(e.seq, 3000);
	for (size_t i = 1; i < l.count; i++)
		assert_true(l.v[i].seq > l.v[i - 1].seq);
	eventlist_free(&l);
	remove_dir(dir);
}

/* Long lines reach the other limit. */
static void
bytes(void **state)
{
	struct event e = event_of("end", 1);
	char value[400];
	int dir = make_dir();
	struct stat st;

	(void)state;
	memset(value, '\1', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	event_add(&e, "line", value);
	for (int i = 0; i < 300; i++) {
		assert_int_equal(eventstore_add(dir, &e), 0);
		assert_int_equal(fstatat(dir, "1000", &st, 0), 0);
		assert_true((size_t)st.st_size <= EVENTSTORE_BYTES);
	}
	assert_true((size_t)st.st_size > EVENTSTORE_BYTES / 2);
	remove_dir(dir);
}

static void
whose(void **state)
{
	struct event e;
	int dir = make_dir();
	struct eventlist l;

	(void)state;
	event_init(&e, "drain");
	assert_int_equal(eventstore_add(dir, &e), 0);
	l = all(dir, "host");
	assert_int_equal(l.count, 1);
	eventlist_free(&l);
	/* A uid that no login names gets no file … */
	event_init(&e, "refuse");
	event_add(&e, "user", "-");
	event_number(&e, "uid", 1001);
	assert_int_equal(eventstore_add(dir, &e), 0);
	assert_int_equal(faccessat(dir, "1001", F_OK, 0), -1);
	/* … and its lines are kept where there is one. */
	event_init(&e, "create");
	event_add(&e, "user", "bob");
	event_number(&e, "uid", 1001);
	assert_int_equal(eventstore_add(dir, &e), 0);
	event_init(&e, "refuse");
	event_number(&e, "uid", 1001);
	assert_int_equal(eventstore_add(dir, &e), 0);
	l = all(dir, "1001");
	assert_int_equal(l.count, 2);
	assert_int_equal(add(dir, "create", 1), 0);
	assert_int_equal(eventstore_read_all(dir, 0, &l), 0);
	assert_int_equal(l.count, 2 + 4);
	eventlist_free(&l);
	remove_dir(dir);
}

static void
damage_and_locks(void **state)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1001, .l_len = 1 };
	struct eventlist l = EVENTLIST_INIT;
	int dir = make_dir(), fd;

	(void)state;
	assert_int_equal(add(dir, "create", 1), 0);
	fd = openat(dir, "1000", O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(write(fd, "garbage\n\n\x01\n", 11), 11);
	close(fd);
	assert_int_equal(add(dir, "end", 1), 0);
	l = all(dir, "1000");
	assert_int_equal(l.count, 2);
	assert_int_equal(l.v[1].seq, 2);
	eventlist_free(&l);
	/* A user's lock that is held keeps no other user waiting. */
	fd = openat(dir, ".lock", O_WRONLY | O_CLOEXEC);
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
	assert_int_equal(add(dir, "end", 1), 0);
	lock.l_start = 1000;
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
	assert_true(add(dir, "end", 1) < 0);
	close(fd);
	/* What others can write is not believed, and nothing is added there. */
	assert_int_equal(fchmodat(dir, "1000", 0622, 0), 0);
	assert_int_equal(eventstore_read(dir, "1000", 0, &l), -EPERM);
	assert_int_equal(add(dir, "end", 1), -EPERM);
	assert_int_equal(unlinkat(dir, "1000", 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", dir, "1000"), 0);
	assert_int_equal(add(dir, "end", 1), -ELOOP);
	eventlist_free(&l);
	remove_dir(dir);
}

/* A crash of the host can cut the last line anywhere: what is left is no event, and the next one is whole. */
static void
torn_line(void **state)
{
	int dir = make_dir(), fd;
	struct stat whole, st;
	struct eventlist l;
	struct event e;
	char text[512];

	(void)state;
	assert_int_equal(add(dir, "create", 1), 0);
	assert_int_equal(fstatat(dir, "1000", &whole, 0), 0);
	fd = openat(dir, "1000", O_RDWR | O_CLOEXEC);
	assert_int_equal(pread(fd, text, sizeof text, 0), whole.st_size);
	/* Nothing but a part of a line, too. */
	for (off_t first = 0; first <= whole.st_size; first += whole.st_size)
		for (off_t cut = 1; cut < whole.st_size; cut++) {
			assert_int_equal(ftruncate(fd, first), 0);
			assert_int_equal(pwrite(fd, text, (size_t)cut, first), cut);
			l = all(dir, "1000");
			assert_int_equal(l.count, first != 0);
			eventlist_free(&l);
			assert_int_equal(add(dir, "end", 2), 0);
			l = all(dir, "1000");
			assert_int_equal(l.count, 1 + (first != 0));
			assert_int_equal(eventlist_get(&l, l.count - 1, &e), 0);
			assert_string_equal(event_get(&e, "event"), "end");
			assert_string_equal(event_get(&e, "session"), "2");
			eventlist_free(&l);
		}
	/* A long one that ends in what a disk has not written. */
	assert_int_equal(ftruncate(fd, whole.st_size + 3 * EVENT_LINE), 0);
	assert_int_equal(add(dir, "end", 2), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(st.st_size > whole.st_size && st.st_size < 4 * whole.st_size);
	close(fd);
	remove_dir(dir);
}

static void
age(void **state)
{
	uint64_t now = clock_date_ms(), day = 86400000;
	struct event old = event_of("create", 1);
	struct eventlist l = EVENTLIST_INIT;
	int dir = make_dir(), fd;

	(void)state;
	old.time_ms = now - (EVENTSTORE_DAYS + 1) * day;
	assert_int_equal(eventstore_add(dir, &old), 0);
	assert_int_equal(add(dir, "end", 1), 0);
	l = all(dir, "1000");
	assert_int_equal(l.count, 1);
	eventlist_free(&l);
	assert_int_equal(eventstore_read(dir, "1000", now + day, &l), 0);
	assert_int_equal(l.count, 0);
	/* Who has the file open learns that it has been replaced. */
	fd = openat(dir, "1000", O_RDONLY | O_CLOEXEC);
	assert_int_equal(eventstore_read_fd(fd, 0, &l), 0);
	assert_int_equal(l.count, 2);
	eventstore_sweep(dir, now);
	assert_int_equal(eventstore_read_fd(fd, 0, &l), -EAGAIN);
	close(fd);
	eventlist_free(&l);
	l = all(dir, "1000");
	assert_int_equal(l.count, 1);
	assert_int_equal(l.v[0].seq, 2);
	eventlist_free(&l);
	/* Once a day; then what is too old as a whole is gone. */
	eventstore_sweep(dir, now + (EVENTSTORE_DAYS + 2) * day);
	assert_int_equal(faccessat(dir, "1000", F_OK, 0), -1);
	remove_dir(dir);
}

/* A disk that takes a part of a line: it is as before. */
static void
full_disk(void **state)
{
	struct rlimit all_bytes, few = { 0, 0 };
	struct stat before, after;
	int dir = make_dir();

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(add(dir, "create", 1), 0);
	assert_int_equal(fstatat(dir, "1000", &before, 0), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &all_bytes), 0);
	few.rlim_cur = (rlim_t)before.st_size + 10;
	few.rlim_max = all_bytes.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
	assert_true(add(dir, "end", 1) < 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all_bytes), 0);
	assert_int_equal(fstatat(dir, "1000", &after, 0), 0);
	assert_int_equal(after.st_size, before.st_size);
	remove_dir(dir);
}

static void
writers(void **state)
{
	int dir = make_dir(), status;
	struct eventlist l;

	(void)state;
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0) {
			int missed = 0;

			for (uint64_t n = 0; n < EACH; n++)
				while (add(dir, "drop", n) && missed < 1000)
					missed++;
			_exit(missed == 1000);
		}
	for (int i = 0; i < WRITERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	l = all(dir, "1000");
	assert_int_equal(l.count, WRITERS * EACH);
	for (size_t i = 0; i < l.count; i++)
		assert_int_equal(l.v[i].seq, i + 1);
	eventlist_free(&l);
	remove_dir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits), cmocka_unit_test(bytes), cmocka_unit_test(whose), cmocka_unit_test(damage_and_locks),
		cmocka_unit_test(torn_line), cmocka_unit_test(age), cmocka_unit_test(full_disk), cmocka_unit_test(writers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
