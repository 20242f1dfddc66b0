/* SPDX-License-Identifier: MIT */
/* Why an attachment has gone: what the keeper says, and what the connection says. */
#include "unit.h"

#include <errno.h>
#include <netinet/tcp.h>

#include "attach.h"
#include "dropcause.h"

#define LIVES true
#define DEAD false

static void
words(void **state)
{
	static const struct {
		const char *word;
		uint32_t kind;
		bool taken;
		int found;
		unsigned state, retransmits, probes;
		bool sshd_lives;
	} rows[] = {
		/* The keeper has let it go: the connection does not matter. */
		{ "taken", ATTACH_WHY_TAKEN, true, 0, TCP_CLOSE_WAIT, 0, 0, LIVES },
		{ "taken", 0, true, -ENOENT, 0, 0, 0, DEAD },
		{ "stale", ATTACH_WHY_TAKEN, false, 0, TCP_ESTABLISHED, 3, 0, LIVES },
		{ "detach", ATTACH_WHY_DETACH, false, 0, TCP_ESTABLISHED, 0, 0, LIVES },
		{ "switch", ATTACH_WHY_SWITCH, false, 0, TCP_ESTABLISHED, 0, 0, LIVES },
		{ "idle", ATTACH_WHY_IDLE, false, -ENOENT, 0, 0, 0, DEAD },
		/* The other end has closed. */
		{ "closed", ATTACH_WHY_DEAD, false, 0, TCP_CLOSE_WAIT, 0, 0, LIVES },
		{ "closed", 0, false, 0, TCP_LAST_ACK, 0, 0, DEAD },
		{ "closed", 0, false, 0, TCP_CLOSING, 1, 0, DEAD },
		/* It does not answer, and sshd gives up or is about to. */
		{ "timeout", ATTACH_WHY_DEAD, false, 0, TCP_ESTABLISHED, 4, 0, LIVES },
		{ "timeout", ATTACH_WHY_DEAD, false, 0, TCP_FIN_WAIT1, 4, 0, DEAD },
		{ "timeout", 0, false, 0, TCP_ESTABLISHED, 0, 2, LIVES },
		/* sshd has ended first. */
		{ "sshd", ATTACH_WHY_DEAD, false, 0, TCP_ESTABLISHED, 0, 0, DEAD },
		{ "sshd", ATTACH_WHY_DEAD, false, 0, TCP_FIN_WAIT2, 0, 0, DEAD },
		{ "lost", ATTACH_WHY_DEAD, false, -ENOENT, 0, 0, 0, LIVES },
		/* The connection is there, or nothing is known of it. */
		{ "hangup", ATTACH_WHY_DEAD, false, 0, TCP_ESTABLISHED, 0, 0, LIVES },
		{ "process", 0, false, 0, TCP_ESTABLISHED, 0, 0, LIVES },
		{ "hangup", ATTACH_WHY_DEAD, false, -EINVAL, 0, 0, 0, DEAD },
		{ "process", 0, false, -EINVAL, 0, 0, 0, DEAD },
		{ "process", 77, false, -EPERM, 0, 0, 0, DEAD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dropcause d = { .kind = rows[i].kind, .taken = rows[i].taken, .found = rows[i].found,
			               .sshd_lives = rows[i].sshd_lives };

		d.tcp.state = rows[i].state;
		d.tcp.retransmits = rows[i].retransmits;
		d.tcp.probes = rows[i].probes;
		if (strcmp(dropcause_word(&d), rows[i].word) != 0)
			fail_msg("row %zu: %s, not %s", i, dropcause_word(&d), rows[i].word);
		assert_int_equal(dropcause_is_told(&d), i < 6);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(words) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
