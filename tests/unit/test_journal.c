/* SPDX-License-Identifier: MIT */
/* Entries for journald: where they go, their form, and what a journald that does not read costs. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "journal.h"

static char dir[40], devlog[64], sock[64];
static struct journal_place place = { .devlog = devlog, .journald = "/run/x/dev-log", .sock = sock };

static int
start(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/holdfast-journal.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(devlog, sizeof devlog, "%s/log", dir);
	snprintf(sock, sizeof sock, "%s/socket", dir);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	unlink(devlog);
	unlink(sock);
	return rmdir(dir);
}

static int
listen_there(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(sa.sun_path, sock, sizeof sock);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof sa), 0);
	return fd;
}

static struct journal_field
field(const char *name, const char *value)
{
	return (struct journal_field){ name, value, strlen(value) };
}

/* A newline, and what looks like a field behind it, are within the value. */
static void
entry(void **state)
{
	static const char want[] = "MESSAGE\n\2\0\0\0\0\0\0\0hi\nHOLDFAST_NAME\n\6\0\0\0\0\0\0\0a\nB=c\n\nHOLDFAST_E\n\0\0\0\0\0\0\0\0\n";
	struct journal_field v[] = { field("MESSAGE", "hi"), field("HOLDFAST_NAME", "a\nB=c\n"), field("HOLDFAST_E", "") };
	char got[200];
	int fd;

	(void)state;
	assert_int_equal(journal_send(&place, v, 3), -ENOENT);
	/* A link to another place, and one that only begins like journald's. */
	assert_int_equal(symlink("/run/x/dev-log2", devlog), 0);
	assert_int_equal(journal_send(&place, v, 3), -ENOENT);
	assert_int_equal(unlink(devlog), 0);
	assert_int_equal(symlink("/run/x/dev-log", devlog), 0);
	assert_int_equal(journal_send(&place, v, 3), -ENOENT);
	fd = listen_there();
	assert_int_equal(journal_send(&place, v, 3), 0);
	assert_int_equal(recv(fd, got, sizeof got, 0), sizeof want - 1);
	assert_memory_equal(got, want, sizeof want - 1);
	assert_int_equal(journal_send(&place, v, JOURNAL_FIELDS + 1), -E2BIG);
	close(fd);
	assert_int_equal(journal_send(&place, v, 3), -ECONNREFUSED);
}

/* Waited for once, and not again until it has read. */
static void
full(void **state)
{
	struct journal_field v[] = { field("MESSAGE", "hi") };
	uint64_t before;
	char got[64];
	int fd, rc, sent = 0;

	(void)state;
	assert_int_equal(symlink("/run/x/dev-log", devlog), 0);
	fd = listen_there();
	while ((rc = journal_send(&place, v, 1)) == 0)
		sent++;
	assert_int_equal(rc, -EAGAIN);
	before = clock_now_ms();
	for (int i = 0; i < 100; i++)
		assert_int_equal(journal_send(&place, v, 1), -EAGAIN);
	assert_true(clock_now_ms() - before < 100 * JOURNAL_WAIT_MS / 2);
	while (sent--)
		assert_true(recv(fd, got, sizeof got, 0) > 0);
	assert_int_equal(journal_send(&place, v, 1), 0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(entry, start, stop), cmocka_unit_test_setup_teardown(full, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
