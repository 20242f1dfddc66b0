/* SPDX-License-Identifier: MIT */
/* A login that has come for no session by its name, and several of its user's on other nodes: how long it tries. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "attach.h"
#include "clock.h"
#include "enter_best.h"
#include "enter_claim.h"
#include "frame_session.h"
#include "hop.h"
#include "hopping.h"
#include "sessions.h"
#include "vouching.h"

#define COUNT 20
#define NOW UINT64_C(1000000)
#define ME { { 1 } }

uint64_t __wrap_clock_now_ms(void);
int __wrap_session_list_get(uid_t uid, int timeout_ms, struct session_list *list);
int __wrap_hopping_start(struct hopping *h, const struct hopping_to *to, unsigned patience_ms, struct waiting *w,
                         struct hopmsg_report *said);
int __wrap_vouching_ask(struct vouching *v, const struct ticket *ticket, struct waiting *w);
int __wrap_enter_claim(struct enter *e, uint32_t id, enum attach_mode mode);

static uint64_t now;
static unsigned hops, takes_ms;    /* each hop; more than its patience: it does not answer */
static unsigned there;             /* the hop that succeeds */
static uint32_t claimed;           /* a session of this node */
static const char *refused;        /* a node that lets nobody in */
static char gone_to[2000];         /* names of nodes */
static bool one_here;              /* there is one, older than those elsewhere */

uint64_t
__wrap_clock_now_ms(void)
{
	return now;
}

int
__wrap_session_list_get(uid_t uid, int timeout_ms, struct session_list *list)
{
	(void)uid;
	(void)timeout_ms;
	*list = (struct session_list){ .v = calloc(1, sizeof *list->v), .count = one_here };
	assert_non_null(list->v);
	list->v[0] = (struct attach_status){ .id = 7, .state = ATTACH_STATE_DROPPED, .kind = ATTACH_KIND_TERMINAL,
		                             .identity = ME, .changed_ms = 1, .lost_ms = 1, .lost_used_ms = 1, .lost_heard_ms = 1 };
	return 0;
}

int
__wrap_hopping_start(struct hopping *h, const struct hopping_to *to, unsigned patience_ms, struct waiting *w,
                     struct hopmsg_report *said)
{
	(void)h;
	(void)to;
	(void)w;
	assert_in_range(patience_ms, HOP_LEAST_MS, 2 * POOL_TIMEOUT_MS);
	snprintf(gone_to + strlen(gone_to), sizeof gone_to - strlen(gone_to), "%s ", to->order.node);
	if (++hops == there)
		return 0;
	if (refused && strcmp(to->order.node, refused) == 0) {
		now += 300;
		snprintf(said->text, sizeof said->text, "Permission denied");
		return -ECONNREFUSED;
	}
	if (takes_ms >= patience_ms) {
		now += patience_ms;
		return -ETIMEDOUT;
	}
	now += takes_ms;
	said->value = FRAME_E_NO_SESSION;
	return -ECONNREFUSED;
}

int
__wrap_vouching_ask(struct vouching *v, const struct ticket *ticket, struct waiting *w)
{
	(void)ticket;
	(void)w;
	v->facts.type = VOUCH_FACTS;
	v->facts.login_timeout_ms = 60000;
	return 0;
}

int
__wrap_enter_claim(struct enter *e, uint32_t id, enum attach_mode mode)
{
	(void)e;
	(void)mode;
	claimed = id;
	return 0;
}

static struct enter_request q;
static struct enter_result res;
static struct pool_entry entries[COUNT];
static struct enter e;

static int
begin(void **state)
{
	(void)state;
	q = (struct enter_request){ .tty = "/dev/null", .hook = true };
	e = (struct enter){ .claim.identity = ME, .vouching.facts.former = ME, .q = &q, .res = &res, .at.fd = -1, .fds = { -1, -1 }, .pool_asked = true, .user = "alice",
		            .pool = { .entries = entries, .entry_count = COUNT, .whole = true,
		                      .health.node = "login1" } };
	e.vouching.fd = -1;
	e.vouching.facts.type = VOUCH_FACTS;
	e.vouching.facts.login_timeout_ms = 60000;
	for (unsigned i = 0; i < COUNT; i++) {
		entries[i] = (struct pool_entry){ .id = i + 1, .user = "alice", .node = "login2", .address = "login2", .identity = ME,
			                          .state = ATTACH_STATE_DROPPED, .kind = ATTACH_KIND_TERMINAL };
		entries[i].lost_ms = entries[i].changed_ms = entries[i].activity_ms = entries[i].lost_used_ms =
			entries[i].lost_heard_ms = 100000000 * (COUNT - i);
	}
	now = NOW;
	hops = takes_ms = there = claimed = 0;
	one_here = false;
	refused = NULL;
	gone_to[0] = '\0';
	return 0;
}

/* Each is said to be gone after a while: they take two seconds together, and not each. */
static void
all_hops_share_two_seconds(void **state)
{
	(void)state;
	takes_ms = 300;
	assert_int_equal(enter_best(&e), -ENOENT);
	assert_in_range(hops, 6, 7);
	assert_in_range(now - NOW, POOL_TIMEOUT_MS - 300, POOL_TIMEOUT_MS);
	/* The person is told of the first one that there was no time for. */
	assert_non_null(strstr(e.far, "on login2, "));
}

/* PoolTimeout, but never more than LoginTimeout. */
static void
hops_take_what_is_configured(void **state)
{
	(void)state;
	takes_ms = 300;
	e.vouching.facts.pool_timeout_ms = 4000;
	assert_int_equal(enter_best(&e), -ENOENT);
	assert_in_range(now - NOW, 4000 - 300, 4000);
	now = NOW;
	e.vouching.facts.login_timeout_ms = 1000;
	assert_int_equal(enter_best(&e), -ENOENT);
	assert_in_range(now - NOW, 1000 - 300, 1000);
}

static void
quick_answers_reach_the_last(void **state)
{
	(void)state;
	takes_ms = 20;
	there = COUNT;
	assert_int_equal(enter_best(&e), 0);
	assert_int_equal(hops, COUNT);
	assert_true(e.hopped);
}

/* One that does not answer takes all the time; the session of this node is next, and no other hop. */
static void
silence_costs_two_seconds_once(void **state)
{
	(void)state;
	takes_ms = 10000;
	one_here = true;
	assert_int_equal(enter_best(&e), 0);
	assert_int_equal(hops, 1);
	assert_int_equal(now - NOW, POOL_TIMEOUT_MS);
	assert_int_equal(claimed, 7);
	/* Another time, of a login that has switched, begins with all of it. */
	now += 1000;
	takes_ms = 300;
	one_here = false;
	hops = 0;
	assert_int_equal(enter_best(&e), -ENOENT);
	assert_in_range(hops, 6, 7);
}

/* One node lets nobody in: its other sessions are not tried, and those of another node are. */
static void
another_node_is_tried(void **state)
{
	(void)state;
	refused = "login2";
	for (unsigned i = 3; i < COUNT; i++) {
		snprintf(entries[i].node, sizeof entries[i].node, "login3");
		snprintf(entries[i].address, sizeof entries[i].address, "login3");
	}
	there = 2;
	assert_int_equal(enter_best(&e), 0);
	assert_string_equal(gone_to, "login2 login3 ");
	/* That one does not answer either: a new session, and the person is told of the first. */
	begin(NULL);
	refused = "login2";
	snprintf(entries[COUNT - 1].node, sizeof entries[0].node, "login3");
	takes_ms = 10000;
	assert_int_equal(enter_best(&e), -ENOENT);
	assert_string_equal(gone_to, "login2 login3 ");
	assert_int_equal(now - NOW, POOL_TIMEOUT_MS);
	assert_non_null(strstr(e.far, "session 1 is on login2, and cannot be had: Permission denied"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_hops_share_two_seconds, begin),
		cmocka_unit_test_setup(hops_take_what_is_configured, begin),
		cmocka_unit_test_setup(quick_answers_reach_the_last, begin),
		cmocka_unit_test_setup(another_node_is_tried, begin),
		cmocka_unit_test_setup(silence_costs_two_seconds_once, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
