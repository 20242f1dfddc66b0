/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent.h"
#include "clock.h"

static char dir[64];

static int
listen_at(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof sa), 0);
	assert_int_equal(listen(fd, 32), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static int
set_up(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/holdfast-agent.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "agent.1", "link", "file" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static void
an_agent_of_our_own(void **state)
{
	char path[128];
	int listener, fd;

	(void)state;
	snprintf(path, sizeof path, "%s/agent.1", dir);
	listener = listen_at(path);
	fd = agent_connect(path);
	assert_true(fd >= 0);
	close(fd);
	close(listener);
}

static void
a_directory_that_others_may_write(void **state)
{
	char path[128];
	int listener;

	(void)state;
	snprintf(path, sizeof path, "%s/agent.1", dir);
	listener = listen_at(path);
	assert_int_equal(chmod(dir, 0770), 0);
	assert_int_equal(agent_connect(path), -EPERM);
	assert_int_equal(chmod(dir, 0700), 0);
	close(listener);
}

static void
links_and_files(void **state)
{
	char path[128], link[128], file[128], through[160];
	int listener;

	(void)state;
	snprintf(path, sizeof path, "%s/agent.1", dir);
	snprintf(link, sizeof link, "%s/link", dir);
	snprintf(file, sizeof file, "%s/file", dir);
	listener = listen_at(path);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(agent_connect(link), -EPERM);
	close(open(file, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(agent_connect(file), -EPERM);
	/* The directory itself through a link. */
	unlink(link);
	assert_int_equal(symlink(dir, link), 0);
	snprintf(through, sizeof through, "%s/agent.1", link);
	assert_true(agent_connect(through) < 0);
	close(listener);
}

/* Somebody waits and can't be let in: that is not asked about all the time. */
static void
no_descriptors_are_left(void **state)
{
	static struct agent a;
	static struct loop l;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct rlimit was, none;
	char path[100];
	int listener, asker;

	(void)state;
	snprintf(path, sizeof path, "%s/agent.1", dir);
	listener = listen_at(path);
	snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
	asker = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(asker, (struct sockaddr *)&sa, sizeof sa), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = (struct rlimit){ 0, was.rlim_max };
	loop_begin(&l);
	assert_true(agent_listens(&a, &l));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_null(agent_accept(&a, listener, 1000));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_false(agent_listens(&a, &l));
	assert_true(l.deadline != CLOCK_NEVER);
	/* Its time is over. */
	a.deaf_until = 1;
	assert_true(agent_listens(&a, &l));
	assert_non_null(agent_accept(&a, listener, 1000));
	assert_non_null(a.relays[0]);
	agent_close_all(&a);
	close(asker);
	close(listener);
}

/* Connects to PATH, without waiting. */
static int
ask(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
	return fd;
}

static void
turn(struct agent *a, struct loop *l)
{
	loop_begin(l);
	agent_watch(a, l);
	loop_until(l, 0);
	assert_int_equal(loop_wait(l), 0);
}

static void
assert_refused(int asker)
{
	static const unsigned char failure[] = { 0, 0, 0, 1, 5 };
	unsigned char got[8];

	assert_int_equal(read(asker, got, sizeof got), sizeof failure);
	assert_memory_equal(got, failure, sizeof failure);
}

/* The leader does not say who it is. */
static void
nobody_looks(void **state)
{
	static const unsigned char question[] = { 0, 0, 0, 1, 11 }, twice[] = { 0, 0, 0, 3, 11, 1, 1, 0, 0, 0, 0 };
	unsigned char answers[16];
	static struct agent a;
	static struct loop l;
	struct agent_relay *r;
	char path[100];
	int listener, asker, second;

	(void)state;
	snprintf(path, sizeof path, "%s/agent.1", dir);
	listener = listen_at(path);
	asker = ask(path);
	r = agent_accept(&a, listener, 60000);
	assert_non_null(r);
	r->serial = 7;
	assert_null(agent_asked(&a, 8));
	assert_ptr_equal(agent_asked(&a, 7), r);
	assert_int_equal(write(asker, question, sizeof question), sizeof question);
	turn(&a, &l);
	/* Not a byte is read, and the loop comes back in time. */
	assert_int_equal(r->state, AGENT_CHECKING);
	assert_int_equal(r->question.len, 0);
	r->deadline = 1;
	turn(&a, &l);
	assert_refused(asker);
	assert_null(agent_asked(&a, 7));
	/* In parts, and two in one. */
	assert_int_equal(write(asker, question, 2), 2);
	turn(&a, &l);
	assert_int_equal(write(asker, question + 2, 2), 2);
	turn(&a, &l);
	assert_int_equal(recv(asker, path, 1, MSG_DONTWAIT), -1);
	assert_int_equal(write(asker, question + 4, 1), 1);
	turn(&a, &l);
	assert_refused(asker);
	assert_int_equal(write(asker, twice, sizeof twice), sizeof twice);
	turn(&a, &l);
	assert_int_equal(read(asker, answers, sizeof answers), 10);
	snprintf(path, sizeof path, "%s/agent.1", dir);
	/* Who goes meanwhile leaves no place taken. */
	second = ask(path);
	assert_non_null(agent_accept(&a, listener, 60000));
	close(second);
	close(asker);
	turn(&a, &l);
	turn(&a, &l);
	for (int i = 0; i < AGENT_RELAYS; i++)
		assert_null(a.relays[i]);
	agent_close_all(&a);
	close(listener);
}

/* Those that are refused and say nothing, or are being looked at, take nobody's place for long. */
static void
all_places_taken(void **state)
{
	static struct agent a;
	static struct loop l;
	int askers[AGENT_RELAYS], listener, late;
	char path[100];

	(void)state;
	snprintf(path, sizeof path, "%s/agent.1", dir);
	listener = listen_at(path);
	for (int i = 0; i < AGENT_RELAYS; i++) {
		askers[i] = ask(path);
		assert_non_null(agent_accept(&a, listener, 60000));
	}
	late = ask(path);
	turn(&a, &l);
	assert_false(agent_listens(&a, &l));
	agent_refuse_asked(&a);
	assert_true(agent_listens(&a, &l));
	/* The first one makes room, in the next turn. */
	assert_null(agent_accept(&a, listener, 60000));
	assert_null(agent_accept(&a, listener, 60000));
	turn(&a, &l);
	assert_non_null(agent_accept(&a, listener, 60000));
	assert_null(agent_accept(&a, listener, 60000));
	agent_close_all(&a);
	for (int i = 0; i < AGENT_RELAYS; i++)
		close(askers[i]);
	close(late);
	close(listener);
}

static void
paths_that_are_none(void **state)
{
	char long_name[300];

	(void)state;
	memset(long_name, 'a', sizeof long_name);
	long_name[0] = '/';
	long_name[1] = 't';
	long_name[2] = '/';
	long_name[sizeof long_name - 1] = '\0';
	assert_int_equal(agent_connect(""), -EINVAL);
	assert_int_equal(agent_connect("agent"), -EINVAL);
	assert_int_equal(agent_connect("/agent"), -EINVAL);
	assert_int_equal(agent_connect("/tmp/"), -EINVAL);
	assert_int_equal(agent_connect(long_name), -EINVAL);
	assert_int_equal(agent_connect("/nonexistent-holdfast/agent"), -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_agent_of_our_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_directory_that_others_may_write, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_descriptors_are_left, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_looks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_places_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links_and_files, set_up, tear_down),
		cmocka_unit_test(paths_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
