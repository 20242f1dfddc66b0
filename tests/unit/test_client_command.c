/* SPDX-License-Identifier: MIT */
/* transport_command: a command carries the bytes.  Shell scripts play ssh: what their bytes, complaints and ends mean. */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "factory.h"
#include "list.h"
#include "sshconfig.h"
#include "target.h"
#include "target_state.h"
#include "transport_turn.h"

#define LIMIT_MS 20000

static char dir[] = "/tmp/hfcmdXXXXXX";
static char said[2048];
static struct transport_target target;

static void
say(void *object, const char *text)
{
	(void)object;
	snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n", text);
}

static const struct transport_asking asking = { .say = say };

static char *
path_of(const char *name)
{
	static char path[64];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

/* A target whose command is called NAME and runs SCRIPT. */
static void
make_target(const char *name, const char *script)
{
	FILE *f = fopen(path_of(name), "we");
	struct sshconfig *c = sshconfig_new();

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path_of(name), 0755), 0);
	assert_non_null(c);
	c->host = strdup("host");
	said[0] = '\0';
	target = (struct transport_target){ .config = c, .asked_command = true, .command = list_new(), .options = list_new(),
	                                    .destination = strdup("host"), .style = STYLE_SSH };
	assert_int_equal(list_add(&target.command, path_of(name)), 0);
	if (strcmp(name, "ssh") != 0)
		target.style = STYLE_OTHER;
}

static void
free_target(void)
{
	sshconfig_free(target.config);
	list_free(target.command);
	list_free(target.options);
	free(target.destination);
	unlink(path_of("ssh"));
	unlink(path_of("carrier"));
}

static struct transport *
start(enum transport_request what, const char *command)
{
	struct transport *t = transport_new(&target, &asking);

	assert_non_null(t);
	assert_int_equal(t->ops->start(t, what, command), 0);
	return t;
}

/* Until T is in STATE; what it carries is added to GOT. */
static void
until(struct transport *t, enum transport_state state, char *got, size_t cap)
{
	uint64_t limit = clock_now_ms() + LIMIT_MS;
	size_t have = 0, n;

	while (t->state != state) {
		assert_true(clock_now_ms() < limit);
		transport_turn(t);
		while (have + 1 < cap && (n = t->ops->read(t, got + have, cap - 1 - have)) > 0)
			have += n;
	}
	if (cap)
		got[have] = '\0';
}

static void
carries_bytes_both_ways(void **state)
{
	struct transport *t;
	char got[64];

	(void)state;
	make_target("ssh", "echo holdfast:logged-in; read -r line; echo \"got $line\"; exit 7");
	t = start(TRANSPORT_SUBSYSTEM, NULL);
	assert_int_equal(t->state, TRANSPORT_CONNECTING);
	until(t, TRANSPORT_OPEN, got, 0);
	assert_int_equal(target.connections, 1);
	assert_int_equal(t->ops->write(t, "hello\n", 6), 6);
	until(t, TRANSPORT_CLOSED, got, sizeof got);
	assert_string_equal(got, "got hello\n"); /* without the sign */
	assert_int_equal(t->end, TRANSPORT_END_EOF);
	assert_int_equal(t->exit_status, 7);
	transport_free(t);
	free_target();
}

/* The command line that ssh gets. */
static void
asks_for_the_subsystem(void **state)
{
	struct transport *t;
	char got[2048];

	(void)state;
	make_target("ssh", "for a; do printf '%s\\n' \"$a\"; done");
	t = start(TRANSPORT_SUBSYSTEM, NULL);
	until(t, TRANSPORT_CLOSED, got, sizeof got);
	assert_non_null(strstr(got, "\n-s\n--\nhost\nresume\n"));
	assert_non_null(strstr(got, "\nLocalCommand=echo holdfast:logged-in\n"));
	assert_null(strstr(got, "\n-S\nnone\n"));
	transport_free(t);
	t = start(TRANSPORT_EXEC, "run this");
	until(t, TRANSPORT_CLOSED, got, sizeof got);
	assert_non_null(strstr(got, "\n--\nhost\nrun this\n"));
	assert_null(strstr(got, "\n-s\n"));
	/* A connection after the first takes no shared one, which may be dead. */
	assert_non_null(strstr(got, "\n-S\nnone\n"));
	transport_free(t);
	free_target();
}

/* What is sent first is in no program's environment that is not of this connection. */
static void
tells_nothing_to_other_programs(void **state)
{
	static const struct {
		const char *lines[2];
		bool told;
	} cases[] = {
		{ { NULL, NULL }, true },
		{ { "proxycommand nc %h %p", NULL }, false },
		{ { "proxyjump other", NULL }, false },
		{ { "localcommand true", "permitlocalcommand yes" }, false },
		{ { "localcommand true", NULL }, true },
		{ { "knownhostscommand /bin/false", NULL }, false },
		{ { "knownhostscommand none", NULL }, true },
		{ { "pkcs11provider /lib/x.so", NULL }, false },
		{ { "pkcs11provider none", NULL }, true },
	};
	struct transport *t;
	char got[2048];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		make_target("ssh", "echo \"variable:$LC_HOLDFAST_ATTACH\"; echo \"$*\"");
		for (unsigned n = 0; n < 2 && cases[i].lines[n]; n++)
			assert_int_equal(sshconfig_line(target.config, cases[i].lines[n]), 0);
		t = transport_new(&target, &asking);
		assert_non_null(t);
		t->first = "LC_HOLDFAST_ATTACH=bytes";
		assert_int_equal(t->ops->start(t, TRANSPORT_SUBSYSTEM, NULL), 0);
		t->first = NULL;
		assert_int_equal(t->first_told, cases[i].told);
		until(t, TRANSPORT_CLOSED, got, sizeof got);
		assert_int_equal(strncmp(got, "variable:bytes\n", 15) == 0, cases[i].told);
		assert_int_equal(strstr(got, "SendEnv=LC_HOLDFAST_ATTACH") != NULL, cases[i].told);
		transport_free(t);
		free_target();
	}
}

static void
tells_ends_apart(void **state)
{
	static const struct {
		const char *script;
		enum transport_end end;
		int status;
		const char *reason;
	} cases[] = {
		{ "echo 'subsystem request failed on channel 0' >&2; exit 255", TRANSPORT_END_NO_SUBSYSTEM, 255, "subsystem \"resume\"" },
		{ "echo 'x@host: Permission denied (publickey).' >&2; exit 255", TRANSPORT_END_REFUSED, 255, "Permission denied" },
		{ "echo 'Host key verification failed.' >&2; exit 255", TRANSPORT_END_REFUSED, 255, "Host key" },
		{ "echo 'connect to host port 22: Connection refused' >&2; exit 255", TRANSPORT_END_LOST, 255, "Connection refused" },
		{ "echo 'Could not resolve hostname host' >&2; exit 255", TRANSPORT_END_LOST, 255, "resolve" },
		{ "exit 255", TRANSPORT_END_LOST, 255, "the connection broke" },
		{ "kill -9 $$", TRANSPORT_END_LOST, 128 + SIGKILL, "the connection broke" },
		{ "exit 127", TRANSPORT_END_REFUSED, 127, "the command was not found" },
		/* The stream ends some time before the process does. */
		{ "exec <&- >&- 2>&-; sleep 0.3; exit 127", TRANSPORT_END_REFUSED, 127, "the command was not found" },
		{ "exec <&- >&- 2>&-; exec sleep 60", TRANSPORT_END_LOST, -1, "the connection broke" },
		{ "echo holdfast:logged-in; echo 'Permission denied' >&2; exit 255", TRANSPORT_END_LOST, 255, "Permission denied" },
		{ "echo holdfast:logged-in; exit 127", TRANSPORT_END_EOF, 127, "closed by the other end" },
		{ "echo holdfast:logged-in; exit 0", TRANSPORT_END_EOF, 0, "closed by the other end" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct transport *t;
		char got[64];

		make_target("ssh", cases[i].script);
		t = start(TRANSPORT_SUBSYSTEM, NULL);
		until(t, TRANSPORT_CLOSED, got, sizeof got);
		if (t->end != cases[i].end || t->exit_status != cases[i].status || !strstr(t->reason, cases[i].reason))
			fail_msg("%s: end %d, status %d, \"%s\"", cases[i].script, (int)t->end, t->exit_status, t->reason);
		transport_free(t);
		free_target();
	}
}

static void
tells_of_a_program_that_is_missing(void **state)
{
	struct transport *t;

	(void)state;
	make_target("ssh", "exit 0");
	unlink(path_of("ssh"));
	t = start(TRANSPORT_SUBSYSTEM, NULL);
	assert_int_equal(t->state, TRANSPORT_CLOSED);
	assert_int_equal(t->end, TRANSPORT_END_REFUSED);
	assert_non_null(strstr(t->reason, "ssh: No such file or directory"));
	transport_free(t);
	free_target();
}

/* The person reads complaints of the first connection as they come, without what could steer the terminal. */
static void
passes_complaints_on(void **state)
{
	struct transport *t;
	char got[64];

	(void)state;
	make_target("ssh", "printf 'Warning: \\033[2Jnew key\\n' >&2; sleep 0.1; echo holdfast:logged-in");
	t = start(TRANSPORT_SUBSYSTEM, NULL);
	until(t, TRANSPORT_CLOSED, got, sizeof got);
	assert_string_equal(said, "Warning: [2Jnew key\n");
	transport_free(t);
	said[0] = '\0';
	t = start(TRANSPORT_SUBSYSTEM, NULL);
	until(t, TRANSPORT_CLOSED, got, sizeof got);
	assert_string_equal(said, "");
	transport_free(t);
	free_target();
}

/* Of a command that is no ssh nothing is known: bytes may go at once. */
static void
opens_another_carrier_at_once(void **state)
{
	struct transport *t;
	char got[64];

	(void)state;
	make_target("carrier", "read -r line; echo \"got $line\"");
	t = start(TRANSPORT_SUBSYSTEM, NULL);
	assert_int_equal(t->state, TRANSPORT_OPEN);
	assert_true(t->ops->writable(t));
	assert_int_equal(t->ops->write(t, "early\n", 6), 6);
	until(t, TRANSPORT_CLOSED, got, sizeof got);
	assert_string_equal(got, "got early\n");
	transport_free(t);
	free_target();
}

/* Whatever it does, it is gone afterwards. */
static void
ends_a_stubborn_command(void **state)
{
	struct transport *t;
	char got[64];
	pid_t pid;

	(void)state;
	make_target("ssh", "trap '' TERM HUP; echo holdfast:logged-in; echo $$; while :; do sleep 1; done");
	t = start(TRANSPORT_SUBSYSTEM, NULL);
	until(t, TRANSPORT_OPEN, got, sizeof got);
	while (!strchr(got, '\n')) {
		size_t have = strlen(got);

		transport_turn(t);
		have += t->ops->read(t, got + have, sizeof got - 1 - have);
		got[have] = '\0';
	}
	pid = (pid_t)atoi(got);
	assert_true(pid > 1);
	assert_int_equal(kill(pid, 0), 0);
	transport_free(t);
	assert_int_equal(kill(pid, 0), -1);
	free_target();
}

/* Asks whether T may be left until it may; whether it may within LIMIT_MS. */
static bool
may_be_left(struct transport *t)
{
	uint64_t limit = clock_now_ms() + LIMIT_MS;

	while (!t->ops->leave(t) && clock_now_ms() < limit && t->state != TRANSPORT_CLOSED)
		transport_turn(t);
	return t->ops->leave(t);
}

/* An ssh that has read all is left: it goes on, and passes the last bytes on, when the transport has gone. */
static void
leaves_ssh_to_its_end(void **state)
{
	uint64_t limit = clock_now_ms() + LIMIT_MS;
	struct transport *t;
	char got[64], script[512];

	(void)state;
	snprintf(script, sizeof script,
	         "echo holdfast:logged-in; until [ -e %s.go ]; do sleep 0.01; done; cat >%s; : >%s.ended",
	         path_of("x"), path_of("x"), path_of("x"));
	make_target("ssh", script);
	t = start(TRANSPORT_SUBSYSTEM, NULL);
	until(t, TRANSPORT_OPEN, got, sizeof got);
	assert_int_equal(t->ops->write(t, "last words", 10), 10);
	assert_false(t->ops->leave(t)); /* it has not read them */
	assert_int_equal(fclose(fopen(path_of("x.go"), "we")), 0);
	assert_true(may_be_left(t));
	transport_free(t);
	while (access(path_of("x.ended"), F_OK) < 0 && clock_now_ms() < limit)
		(void)poll(NULL, 0, 10);
	assert_int_equal(access(path_of("x.ended"), F_OK), 0);
	FILE *f = fopen(path_of("x"), "re");
	assert_non_null(f);
	assert_non_null(fgets(got, sizeof got, f));
	fclose(f);
	assert_string_equal(got, "last words");
	unlink(path_of("x"));
	unlink(path_of("x.go"));
	unlink(path_of("x.ended"));
	free_target();
}

/* Never, by what can be asked in as much time as twenty times the one that it takes. */
static bool
is_waited_for(struct transport *t)
{
	uint64_t limit = clock_now_ms() + 100;

	while (!t->ops->leave(t) && clock_now_ms() < limit)
		transport_turn(t);
	return !t->ops->leave(t);
}

/*
 * Not one that forwards, whose end is not the session's; not one with a ProxyCommand, which would end when it complains
 * and nobody reads that; and no command of which nothing is known.
 */
static void
leaves_no_other(void **state)
{
	static const char script[] = "echo holdfast:logged-in; cat >/dev/null";
	struct transport *t;
	char got[64];

	(void)state;
	make_target("ssh", script);
	assert_int_equal(list_add(&target.config->local_forward, "1 a:2"), 0);
	t = start(TRANSPORT_SUBSYSTEM, NULL);
	until(t, TRANSPORT_OPEN, got, sizeof got);
	assert_true(is_waited_for(t));
	transport_free(t);
	free_target();
	make_target("ssh", script);
	target.config->proxy_command = strdup("nc %h %p");
	t = start(TRANSPORT_SUBSYSTEM, NULL);
	until(t, TRANSPORT_OPEN, got, sizeof got);
	assert_true(is_waited_for(t));
	transport_free(t);
	free_target();
	make_target("carrier", script);
	t = start(TRANSPORT_SUBSYSTEM, NULL);
	assert_int_equal(t->state, TRANSPORT_OPEN);
	assert_true(is_waited_for(t));
	transport_free(t);
	free_target();
}

static int
make_dir(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	alarm(120);
	return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_bytes_both_ways), cmocka_unit_test(asks_for_the_subsystem),
		cmocka_unit_test(tells_ends_apart), cmocka_unit_test(tells_nothing_to_other_programs),
		cmocka_unit_test(tells_of_a_program_that_is_missing),
		cmocka_unit_test(passes_complaints_on), cmocka_unit_test(opens_another_carrier_at_once),
		cmocka_unit_test(ends_a_stubborn_command), cmocka_unit_test(leaves_ssh_to_its_end),
		cmocka_unit_test(leaves_no_other),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
