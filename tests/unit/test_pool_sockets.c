/* SPDX-License-Identifier: MIT */
/* told and answering: what leaders tell, and what helpers are answered, over the real sockets. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "answering.h"
#include "attach.h"
#include "clock.h"
#include "told.h"

static char dir[] = "/tmp/test_pool.XXXXXX", told_path[64], ask_path[64];
static struct told told;
static struct answering answering;
static uint64_t now;

static int
connect_to(const char *path, int type)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

/* A store that is always usable: it has just been proven. */
static void
use_store(void)
{
	answering.store->mirror.proven_ms = now;
}

static int
begin(void **state)
{
	static struct store_options o = { .pool = "red", .self = { .node = "login1" }, .user = "", .password_file = "" };

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(told_path, sizeof told_path, "%s/told", dir);
	snprintf(ask_path, sizeof ask_path, "%s/ask", dir);
	now = clock_now_ms();
	o.own = told.own = own_new("red", "login1");
	o.directory = answering.directory = directory_new(NULL);
	endpoints_init(&o.endpoints, 1);
	endpoints_add(&o.endpoints, "http://127.0.0.1:1");
	answering.store = told.store = store_new(&o);
	answering.pool = "red";
	answering.node = "login1";
	use_store();
	return told_open(&told, told_path) || answering_open(&answering, ask_path);
}

static int
end(void **state)
{
	(void)state;
	store_free(answering.store);
	own_free(told.own);
	directory_free(answering.directory);
	answering_close(&answering);
	told_close(&told);
	unlink(told_path);
	unlink(ask_path);
	return rmdir(dir);
}

static struct pool_entry
entry(const char *user, unsigned number)
{
	struct pool_entry e = { .node = "login1", .address = "login1.example", .id = number, .term = "xterm",
	                        .state = ATTACH_STATE_DROPPED, .kind = ATTACH_KIND_TERMINAL };

	snprintf(e.user, sizeof e.user, "%s", user);
	snprintf(e.unique, sizeof e.unique, "%016x", number);
	return e;
}

static void
sockets_are_roots_and_ours(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(told_path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(ask_path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
leaders_tell(void **state)
{
	unsigned char message[POOL_MESSAGE_MAX];
	struct pool_entry e = entry("alice", 1);
	struct pool_gone gone = { .user = "alice" };
	struct pool_node node = { .drained = 1 };
	int fd = connect_to(told_path, SOCK_DGRAM), len = pool_encode_entry(POOL_TELL, &e, message, sizeof message);

	(void)state;
	assert_int_equal(send(fd, message, (size_t)len, 0), len);
	told_turn(&told, now);
	assert_int_equal(own_count(told.own), 1);
	/* All that is cut short, or of another kind, changes nothing. */
	for (int i = 0; i < len; i++)
		send(fd, message, (size_t)i, 0), told_turn(&told, now);
	send(fd, "\103", 1, 0);
	told_turn(&told, now);
	assert_int_equal(own_count(told.own), 1);
	assert_int_equal(told.refused, len + 1);
	memcpy(gone.unique, e.unique, sizeof gone.unique);
	len = pool_encode_gone(&gone, message, sizeof message);
	send(fd, message, (size_t)len, 0);
	len = pool_encode_node(&node, message, sizeof message);
	send(fd, message, (size_t)len, 0);
	told_turn(&told, now);
	assert_int_equal(own_count(told.own), 0);
	assert_true(told.store->write.drained);
	close(fd);
}

/* Another user's process may have the socket's path open, and still is not listened to. */
static void
others_do_not(void **state)
{
	unsigned char message[POOL_MESSAGE_MAX];
	struct pool_entry e = entry("alice", 1);
	int len = pool_encode_entry(POOL_TELL, &e, message, sizeof message), fd;
	uint64_t refused = told.refused;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	fd = connect_to(told_path, SOCK_DGRAM);
	pid = fork();
	if (pid == 0)
		_exit(setuid(65534) || send(fd, message, (size_t)len, 0) != len);
	assert_true(pid > 0);
	for (int i = 0; i < 1000 && told.refused == refused; i++) {
		told_turn(&told, now);
		usleep(10000);
	}
	assert_int_equal(told.refused, refused + 1);
	assert_int_equal(own_count(told.own), 0);
	close(fd);
}

/* The answer to WHAT: the number of its messages before HEALTH, which is in *H. */
static unsigned
ask(uint8_t what, const char *user, struct pool_health *h)
{
	struct pool_ask q = { .what = what };
	unsigned char buf[POOL_MESSAGE_MAX];
	int fd = connect_to(ask_path, SOCK_SEQPACKET), len;
	unsigned count = 0;

	snprintf(q.user, sizeof q.user, "%s", user);
	len = pool_encode_ask(&q, buf, sizeof buf);
	assert_int_equal(send(fd, buf, (size_t)len, 0), len);
	shutdown(fd, SHUT_WR);
	for (int turns = 0; turns < 10000; turns++) {
		ssize_t n;

		answering_turn(&answering, now);
		n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);
		if (n < 0)
			continue;
		assert_true(n > 0);
		if (pool_type_of(buf, (size_t)n) == POOL_HEALTH) {
			assert_int_equal(pool_decode_health(h, buf, (size_t)n), 0);
			close(fd);
			return count;
		}
		count++;
	}
	fail_msg("no answer");
	return 0;
}

static void
helpers_are_answered(void **state)
{
	struct value_node n = { .member = { .node = "login2", .address = "login2.example" } };
	struct pool_health h;

	(void)state;
	assert_int_equal(ask(POOL_WHAT_USER, "alice", &h), 0);
	for (unsigned i = 1; i <= POOL_ENTRIES_MAX; i++) {
		struct pool_entry e = entry("alice", i);

		assert_int_equal(directory_put(answering.directory, &e, i), 0);
	}
	directory_put_node(answering.directory, &n, 1, 1000);
	assert_int_equal(ask(POOL_WHAT_USER, "alice", &h), POOL_ENTRIES_MAX);
	assert_string_equal(h.node, "login1");
	assert_string_equal(h.pool, "red");
	assert_int_equal(h.entries, POOL_ENTRIES_MAX);
	assert_int_equal(ask(POOL_WHAT_USER, "bob", &h), 0);
	assert_int_equal(ask(POOL_WHAT_MEMBERS, "", &h), 1);
	/* Not proven for the time of a lease: nothing is known. */
	now += 61000;
	assert_int_equal(ask(POOL_WHAT_USER, "alice", &h), 0);
	assert_int_equal(ask(POOL_WHAT_MEMBERS, "", &h), 0);
	use_store();
	assert_int_equal(ask(POOL_WHAT_USER, "alice", &h), POOL_ENTRIES_MAX);
}

/* Who asks nothing, or reads nothing, holds nobody up, and is let go. */
static void
slow_askers_are_let_go(void **state)
{
	struct pool_health h;
	int fds[ANSWERING_MAX];

	(void)state;
	for (int i = 0; i < ANSWERING_MAX; i++)
		fds[i] = connect_to(ask_path, SOCK_SEQPACKET);
	answering_turn(&answering, now);
	assert_int_equal(answering.count, ANSWERING_MAX);
	now += ANSWERING_MS;
	assert_true(answering_deadline(&answering) <= now);
	assert_int_equal(ask(POOL_WHAT_MEMBERS, "", &h), 1);
	answering_turn(&answering, now);
	assert_int_equal(answering.count, 0);
	for (int i = 0; i < ANSWERING_MAX; i++)
		close(fds[i]);
}

static void
what_is_no_question_ends_the_connection(void **state)
{
	static const char *const bad[] = { "", "\1", "\41", "\41\3", "\41\1\0\0\0", "\41\1\0\0\0\5alic" };
	static const size_t lengths[] = { 1, 1, 1, 2, 5, 10 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int fd = connect_to(ask_path, SOCK_SEQPACKET);
		char byte;

		send(fd, bad[i], lengths[i], 0);
		answering_turn(&answering, now);
		assert_int_equal(answering.count, 0);
		assert_int_equal(recv(fd, &byte, 1, 0), 0);
		close(fd);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_are_roots_and_ours),
		cmocka_unit_test(leaders_tell),
		cmocka_unit_test(others_do_not),
		cmocka_unit_test(helpers_are_answered),
		cmocka_unit_test(slow_askers_are_let_go),
		cmocka_unit_test(what_is_no_question_ends_the_connection),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
