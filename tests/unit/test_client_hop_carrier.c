/* SPDX-License-Identifier: MIT */
/* What carries the bytes of a hop: ssh, which reads its configuration itself and prints no sign the first time. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "clock.h"
#include "factory.h"
#include "link.h"
#include "link_time.h"
#include "list.h"
#include "target.h"
#include "target_argv.h"
#include "target_state.h"
#include "transport_turn.h"

#define LIMIT_MS 20000

static char dir[] = "/tmp/hfhopXXXXXX", config[64], ssh[64], asked[64];

static void
put(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* An ssh that notes when it is asked for its configuration (-G), and else does SCRIPT. */
static void
play_ssh(const char *script)
{
	char text[1024];

	snprintf(text, sizeof text, "#!/bin/sh\ncase \" $* \" in *' -G '*) : >%s; echo hostname said; exit ;; esac\n%s\n", asked,
	         script);
	put(ssh, text, 0755);
	unlink(asked);
}

static struct transport_target *
make(bool hop, const char *lines)
{
	char **words = NULL, why[200];
	struct target_request q = { .destination = "me@login2", .config = config, .hop = hop };
	struct transport_target *t;

	put(config, lines, 0600);
	assert_true(list_add(&words, "-F") == 0 && list_add(&words, config) == 0);
	q.words = words;
	t = target_new(&q, why, sizeof why);
	list_free(words);
	if (!t)
		fail_msg("%s", why);
	return t;
}

static void
reads_the_files(void **state)
{
	struct transport_target *t;

	(void)state;
	play_ssh("exit 1");
	t = make(true, "IgnoreUnknown Frob*\nFrobnicate yes\nServerAliveInterval 7\nHostname 10.0.0.2\n");
	assert_int_equal(access(asked, F_OK), -1);
	assert_true(t->have_ssh);
	assert_int_equal(t->carrier, CARRIER_COMMAND);
	assert_string_equal(target_config(t)->ignore_unknown, "Frob*");
	assert_string_equal(target_config(t)->hostname, "10.0.0.2");
	assert_int_equal(target_config(t)->server_alive_interval, 7);
	target_free(t);
	t = make(false, "Hostname 10.0.0.2\n");
	assert_int_equal(access(asked, F_OK), 0);
	assert_int_equal(t->carrier, CARRIER_OPEN);
	target_free(t);
}

/* What the files say, and we cannot read, ssh is asked for; nothing of the first reading is left. */
static void
asks_where_the_files_do_not_do(void **state)
{
	struct transport_target *t;

	(void)state;
	play_ssh("exit 1");
	t = make(true, "Port 2200\nSendEnv ONE\nMatch exec true\nPort 2300\n");
	assert_int_equal(access(asked, F_OK), 0);
	assert_true(t->have_ssh);
	assert_string_equal(target_config(t)->hostname, "said");
	assert_string_equal(target_config(t)->user, "me");
	assert_int_equal(target_config(t)->port, 22);
	assert_null(target_config(t)->send_env[0]);
	target_free(t);
}

static void
does_without_ssh(void **state)
{
	struct transport_target *t;

	(void)state;
	unlink(ssh);
	t = make(true, "Port 2200\n");
	assert_false(t->have_ssh);
	assert_int_equal(t->carrier, CARRIER_OPEN);
	assert_int_equal(target_config(t)->port, 2200);
	target_free(t);
}

static void
say(void *object, const char *text)
{
	(void)object, (void)text;
}

static const struct transport_asking asking = { .say = say };

/* Runs the ssh of the target T until its end; what it has printed. */
static const char *
run(struct transport_target *target, enum transport_state at_first)
{
	static char got[4096];
	struct transport *t = transport_new(target, &asking);
	uint64_t limit = clock_now_ms() + LIMIT_MS;
	size_t have = 0, n;

	assert_non_null(t);
	assert_string_equal(t->ops->name, "command");
	assert_int_equal(t->ops->start(t, TRANSPORT_SUBSYSTEM, NULL), 0);
	assert_int_equal(t->state, at_first);
	assert_false(t->logged_in);
	while (t->state != TRANSPORT_CLOSED) {
		assert_true(clock_now_ms() < limit);
		transport_turn(t);
		while (have + 1 < sizeof got && (n = t->ops->read(t, got + have, sizeof got - 1 - have)) > 0)
			have += n;
	}
	got[have] = '\0';
	assert_true(t->logged_in);
	transport_free(t);
	return got;
}

/* No shell, no shared connection, and no wait: the first ssh gets the bytes at once.  Later ones say that they are there. */
static void
begins_at_once(void **state)
{
	struct transport_target *t;
	const char *got;

	(void)state;
	play_ssh("for a; do printf '%s\\n' \"$a\"; done");
	t = make(true, "Port 2200\n");
	got = run(t, TRANSPORT_OPEN);
	assert_non_null(strstr(got, "\n-s\n--\nme@login2\nresume\n"));
	assert_non_null(strstr(got, "\nPermitLocalCommand=no\n"));
	assert_null(strstr(got, "LocalCommand=echo"));
	assert_null(strstr(got, "ControlMaster"));
	assert_int_equal(t->connections, 1);
	got = run(t, TRANSPORT_CONNECTING);
	assert_non_null(strstr(got, "\nPermitLocalCommand=yes\n-o\nLocalCommand=echo " TARGET_SIGN "\n"));
	assert_non_null(strstr(got, "\n-S\nnone\n"));
	target_free(t);
}

/* How long a login takes is not the link's to judge; what comes then is. */
static void
waits_for_the_login(void **state)
{
	struct transport t = { .state = TRANSPORT_OPEN, .early = true };
	struct link l = { .transport = &t, .phase = LINK_GREETING, .opened = 1000 };

	(void)state;
	assert_true(link_due(&l) == CLOCK_NEVER);
	t.logged_in = true;
	l.heard = 90000;
	assert_int_equal(link_due(&l), 105000);
	t.early = false;
	assert_int_equal(link_due(&l), 16000);
}

static int
make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(config, sizeof config, "%s/config", dir);
	snprintf(ssh, sizeof ssh, "%s/ssh", dir);
	snprintf(asked, sizeof asked, "%s/asked", dir);
	return setenv("HOLDFAST_SSH", ssh, 1);
}

static int
remove_dir(void **state)
{
	(void)state;
	unlink(config);
	unlink(ssh);
	unlink(asked);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_files), cmocka_unit_test(asks_where_the_files_do_not_do),
		cmocka_unit_test(does_without_ssh), cmocka_unit_test(begins_at_once),
		cmocka_unit_test(waits_for_the_login),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
