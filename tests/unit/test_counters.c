/* SPDX-License-Identifier: MIT */
/*
 * The file of counters: shared by processes and versions, and a file that is damaged, cut or removed costs counts
 * alone.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counters.h"
#include "endrecord.h"
#include "notheld.h"

static char dir[] = "/tmp/holdfast-counters.XXXXXX", path[64];
static struct counters c;

static int
begin(void **state)
{
	(void)state;
	snprintf(path, sizeof path, "%s/counters", dir);
	unlink(path);
	return counters_open(AT_FDCWD, path);
}

static int
end(void **state)
{
	(void)state;
	counters_close();
	return 0;
}

static void
look(void)
{
	assert_int_equal(counters_read(path, &c), 0);
}

static uint64_t
count(enum counter_list list, const char *word)
{
	look();
	return c.counts[list][counterwords_find(list, word, strlen(word))];
}

static void
events_and_reasons(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_size, sizeof c);
	counters_event("create", NULL);
	counters_event("create", "");
	counters_event("refuse", "maxlogins");
	counters_event("refuse", NULL);
	counters_event("refuse", "nobody has thought of");
	counters_event("aside", "disabled");
	counters_event("aside", "enable-no");
	counters_event("unheard-of", NULL);
	counters_event("end", "exit");
	counters_event("end", "oom");
	counters_event("lost", "crash");
	counters_event("drop", "idle");
	counters_event("end", "");
	assert_int_equal(count(COUNTER_EVENTS, "create"), 2);
	assert_int_equal(count(COUNTER_EVENTS, "other"), 1);
	assert_int_equal(count(COUNTER_EVENTS, "refuse"), 3);
	assert_int_equal(count(COUNTER_REFUSALS, "maxlogins"), 1);
	assert_int_equal(count(COUNTER_REFUSALS, "other"), 2);
	assert_int_equal(count(COUNTER_EVENTS, "aside"), 2);
	assert_int_equal(count(COUNTER_ASIDES, "disabled"), 1);
	assert_int_equal(count(COUNTER_ASIDES, "enable-no"), 1);
	assert_int_equal(count(COUNTER_EVENTS, "end"), 3);
	assert_int_equal(count(COUNTER_EVENTS, "drop"), 1);
	assert_int_equal(count(COUNTER_DROPS, "idle"), 1);
	assert_int_equal(count(COUNTER_ENDS, "exit"), 1);
	assert_int_equal(count(COUNTER_ENDS, "oom"), 1);
	assert_int_equal(count(COUNTER_ENDS, "kill"), 0);
	assert_int_equal(count(COUNTER_ENDS, "crash"), 1);
	assert_int_equal(count(COUNTER_ENDS, "other"), 1);
	assert_true(c.since_ms > 0);
}

/* Words have places of their own, which no later version may move. */
static void
words_are_where_they_were(void **state)
{
	static const struct {
		enum counter_list list;
		const char *word;
		size_t place;
	} known[] = {
		{ COUNTER_EVENTS, "create", 1 }, { COUNTER_EVENTS, "lost", 14 }, { COUNTER_REFUSALS, "no-ticket", 1 },
		{ COUNTER_REFUSALS, "drain", 10 }, { COUNTER_REFUSALS, "ticket", 18 }, { COUNTER_ASIDES, "unknown", 12 },
		{ COUNTER_ENDS, "exit", 1 }, { COUNTER_ENDS, "released", 15 }, { COUNTER_DROPS, "stale", 11 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		assert_int_equal(counterwords_find(known[i].list, known[i].word, strlen(known[i].word)), known[i].place);
	for (enum counter_list list = 0; list < COUNTER_LISTS; list++) {
		assert_string_equal(counterwords_word(list, 0), "other");
		assert_null(counterwords_word(list, COUNTER_WORDS_MAX));
		for (size_t i = 1; counterwords_word(list, i); i++)
			assert_int_equal(counterwords_find(list, counterwords_word(list, i), strlen(counterwords_word(list, i))), i);
	}
	/* Each reason of an end has a word here. */
	for (uint32_t why = END_NOT + 1; why < END_WHYS; why++)
		assert_true(counterwords_find(COUNTER_ENDS, endrecord_why(why), strlen(endrecord_why(why))) > 0);
	/* … and each cause of a login that is not held. */
	for (uint32_t cause = 1; cause < NOTHELD_END; cause++) {
		const char *name = notheld_name(cause);

		if (notheld_find(name) && !counterwords_find(COUNTER_REFUSALS, name, strlen(name)) &&
		    !counterwords_find(COUNTER_ASIDES, name, strlen(name)))
			fail_msg("%s has no counter", name);
	}
	assert_int_equal(offsetof(struct counters, counts), 24);
	assert_int_equal(offsetof(struct counters, asked), 24 + 8 * (5 * 48 + 24 + 1 + 4 + 6));
}

static void
resumes(void **state)
{
	struct ticket t = { "0123456789abcdef" }, other = { "0123456x89abcdef" }, none = { { 0 } };

	(void)state;
	counters_asked(&t, 1000);
	assert_int_equal(counters_asked_ms(&other), 0);
	assert_int_equal(counters_asked_ms(&none), 0);
	assert_int_equal(counters_asked_ms(&t), 1000);
	/* Once: a later claim with the same ticket is another matter. */
	assert_int_equal(counters_asked_ms(&t), 0);
	counters_resumed(0);
	counters_resumed(5);
	counters_resumed(6);
	counters_resumed(30000);
	counters_resumed(9999999);
	look();
	assert_int_equal(c.resumes[0], 2);
	assert_int_equal(c.resumes[1], 1);
	assert_int_equal(counters_limit_ms(19), 30000);
	assert_int_equal(c.resumes[19], 1);
	assert_true(counters_limit_ms(20) == UINT64_MAX);
	assert_int_equal(c.resumes[20], 1);
	assert_int_equal(counters_limit_ms(21), 0);
	assert_int_equal(c.resumes_ms, 0 + 5 + 6 + 30000 + 9999999);
}

/* Children that hold the mapping add to the one file, at the same time; and another program goes on with it. */
static void
of_many_processes(void **state)
{
	enum { CHILDREN = 4, EACH = 20000 };

	(void)state;
	for (int i = 0; i < CHILDREN; i++)
		if (fork() == 0) {
			for (int k = 0; k < EACH; k++)
				counters_event("drop", NULL);
			_exit(0);
		}
	for (int i = 0; i < CHILDREN; i++)
		wait(NULL);
	assert_int_equal(count(COUNTER_EVENTS, "drop"), CHILDREN * EACH);
	counters_close();
	counters_event("drop", NULL);
	assert_int_equal(count(COUNTER_EVENTS, "drop"), CHILDREN * EACH);
	assert_int_equal(counters_open(AT_FDCWD, path), 0);
	counters_event("drop", NULL);
	assert_int_equal(count(COUNTER_EVENTS, "drop"), CHILDREN * EACH + 1);
}

/* Writes the first LEN bytes of what stands in C into the file. */
static void
put(size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, &c, len), len);
	close(fd);
}

/* A program of an older version has written less, one of a newer version more. */
static void
of_other_versions(void **state)
{
	unsigned char more[64] = "more";
	char got[64];
	int fd;

	(void)state;
	counters_event("create", NULL);
	look();
	counters_close();
	c.size = offsetof(struct counters, counts) + 16;
	put(c.size);
	look();
	assert_int_equal(c.counts[0][1], 1);
	assert_int_equal(c.counts[0][2], 0);
	assert_int_equal(counters_open(AT_FDCWD, path), 0);
	counters_event("create", NULL);
	counters_event("lost", "crash");
	look();
	assert_int_equal(c.size, sizeof c);
	assert_int_equal(c.counts[0][1], 2);
	assert_int_equal(c.counts[0][COUNTER_LOST], 1);
	counters_close();
	c.size = sizeof c + sizeof more;
	put(sizeof c);
	fd = open(path, O_RDWR | O_APPEND);
	assert_int_equal(write(fd, more, sizeof more), sizeof more);
	assert_int_equal(counters_open(AT_FDCWD, path), 0);
	counters_event("create", NULL);
	look();
	assert_int_equal(c.counts[0][1], 3);
	assert_int_equal(c.size, sizeof c + sizeof more);
	assert_int_equal(pread(fd, got, sizeof got, sizeof c), sizeof got);
	assert_memory_equal(got, more, sizeof more);
	close(fd);
}

static void
damaged(void **state)
{
	(void)state;
	counters_event("create", NULL);
	look();
	counters_close();
	for (int kind = 0; kind < 4; kind++) {
		struct counters good = c;

		c.magic[0] ^= kind == 0;
		c.version += kind == 1;
		c.size = kind == 2 ? 3 : c.size;
		put(kind == 3 ? 20 : sizeof c);
		assert_int_equal(counters_read(path, &c), -EBADMSG);
		/* It is made anew, and counting begins anew. */
		assert_int_equal(counters_open(AT_FDCWD, path), 0);
		counters_event("join", NULL);
		assert_int_equal(count(COUNTER_EVENTS, "join"), 1);
		assert_int_equal(count(COUNTER_EVENTS, "create"), 0);
		counters_close();
		c = good;
	}
	/* What others may read or write is not ours, nor what leads elsewhere. */
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(counters_read(path, &c), -EPERM);
	unlink(path);
	assert_int_equal(counters_read(path, &c), -ENOENT);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(counters_read(path, &c), -ELOOP);
	assert_int_equal(counters_open(AT_FDCWD, path), 0);
	look();
	assert_int_equal(counters_open(AT_FDCWD, "/nowhere/counters"), -ENOENT);
}

static void
removed(void **state)
{
	(void)state;
	counters_event("create", NULL);
	assert_int_equal(unlink(path), 0);
	counters_event("create", NULL);
	assert_int_equal(counters_again(AT_FDCWD, path), 0);
	counters_event("create", NULL);
	assert_int_equal(count(COUNTER_EVENTS, "create"), 3);
	assert_int_equal(counters_again(AT_FDCWD, path), 0);
	assert_int_equal(count(COUNTER_EVENTS, "create"), 3);
}

/* Memory of a file that is too short for it. */
static char *
map_behind_the_end(void)
{
	int fd = open(path, O_RDWR);
	char *map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_true(map != MAP_FAILED);
	close(fd);
	return map + (1 << 20) - 1;
}

/* A file that somebody has cut: the process lives on, counts nowhere, and again when the file was made anew. */
static void
cut(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	counters_guard(); /* the test's own handler is in its place */
	counters_event("create", NULL);
	assert_int_equal(truncate(path, 0), 0);
	counters_event("create", NULL);
	counters_resumed(5);
	assert_int_equal(counters_read(path, &c), -EBADMSG);
	assert_int_equal(counters_again(AT_FDCWD, path), 0);
	counters_event("join", NULL);
	assert_int_equal(count(COUNTER_EVENTS, "join"), 1);
	assert_true(c.since_ms > 0);
	/* Another SIGBUS ends the process, as ever. */
	for (int sent = 0; sent < 2; sent++) {
		pid = fork();
		if (pid == 0) {
			char *map = map_behind_the_end();

			if (sent)
				kill(getpid(), SIGBUS);
			else
				*(volatile char *)map = 1;
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(events_and_reasons, begin, end),
		cmocka_unit_test_setup_teardown(words_are_where_they_were, begin, end),
		cmocka_unit_test_setup_teardown(resumes, begin, end),
		cmocka_unit_test_setup_teardown(of_many_processes, begin, end),
		cmocka_unit_test_setup_teardown(of_other_versions, begin, end),
		cmocka_unit_test_setup_teardown(damaged, begin, end),
		cmocka_unit_test_setup_teardown(removed, begin, end),
		cmocka_unit_test_setup_teardown(cut, begin, end),
	};
	int rc;

	if (!mkdtemp(dir))
		return 99;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	rmdir(dir);
	return rc;
}
