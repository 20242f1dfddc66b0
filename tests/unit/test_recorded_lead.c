/* SPDX-License-Identifier: MIT */
/*
 * The messages and files of root's parts: vouch.h, leadermsg.h, shellmsg.h, leaderctl.h, and the files of record.h and
 * leaderreg.h, against the recordings in wire/vouch, wire/lead, wire/leadctl and wire/files; see recordings.h.
 */
#include "recordings.h"

#include "leadermsg.h"
#include "leaderctl.h"
#include "leaderreg.h"
#include "record.h"
#include "shellmsg.h"
#include "notheld.h"
#include "poolmsg.h"
#include "vouch.h"

#define BYTES(n, at) { (n), (n) + 1, (n) + 2, (n) + 3, (n) + 4, (n) + 5, (n) + 6, (n) + 7, [(at)] = 0xfe }
#define MOST_TICKET { { [0 ... TICKET_BYTES - 1] = 0xff } }
#define MOST_IDENTITY { { [0 ... IDENTITY_BYTES - 1] = 0xff } }
#define LONG(c, cap) { [0 ... (cap) - 2] = (c) }

#define ONE(text, number, of, message, ...) \
	{ .name = text, .type = number, .m = message, .encode = of##_encode, .decode = of##_decode, __VA_ARGS__ }
#define THREE(name, type, of) \
	ONE(name, type, of, &of), ONE(name "-min", type, of, &of##_min), ONE(name "-max", type, of, &of##_max)

/* vouch.h */

static int
vouch_request_encode(const struct vouch_request *m, unsigned char *out, size_t cap)
{
	if (cap < VOUCH_REQUEST_BYTES)
		return -EMSGSIZE;
	vouch_encode_request(m, out);
	return VOUCH_REQUEST_BYTES;
}

RECORDED_FLAT(request, struct vouch_request, number, vouch_request_encode(m, out, cap),
              vouch_decode_request(&got, buf, len));
RECORDED_FLAT(reply, struct vouch_reply, session, vouch_encode_reply(m, out, cap),
              vouch_decode_reply(&got, buf, len));

static const struct vouch_request request = { VOUCH_OP_START, { BYTES(0x10, 15) }, 24, 80, 0x0102, 0x0304,
	                                      VOUCH_KIND_PIPES, VOUCH_FROM_HOOK, 0, 0 },
                                  request_min = { .op = VOUCH_OP_VOUCH },
                                  request_max = { VOUCH_OP_START, MOST_TICKET, UINT16_MAX, UINT16_MAX, UINT16_MAX,
	                                          UINT16_MAX, VOUCH_KIND_PIPES, VOUCH_FROM_HOOK, 0, 0 };
static const struct vouch_reply
	facts = { .type = VOUCH_FACTS, .identity = { BYTES(0x20, 31) }, .former = { BYTES(0x40, 31) },
	          .login_timeout_ms = 0x01020304, .user = "alice", .address = "192.0.2.7", .who = "publickey SHA256:x" },
	facts_min = { .type = VOUCH_FACTS },
	facts_max = { .type = VOUCH_FACTS, .identity = MOST_IDENTITY, .former = MOST_IDENTITY,
	              .login_timeout_ms = UINT32_MAX, .user = LONG('u', USER_CAP), .address = LONG('a', ADDRESS_CAP),
	              .who = LONG('w', WHO_CAP) },
	facts_pool = { .type = VOUCH_FACTS, .identity = { BYTES(0x20, 31) }, .former = { BYTES(0x40, 31) },
	               .login_timeout_ms = 0x01020304, .user = "alice", .address = "192.0.2.7", .who = "password", .pool = 1 },
	facts_trust = { .type = VOUCH_FACTS, .identity = { BYTES(0x20, 31) }, .former = { BYTES(0x40, 31) },
	                .login_timeout_ms = 0x01020304, .user = "alice", .address = "192.0.2.7", .who = "password", .pool = 1,
	                .trust = "login1,login2" },
	facts_timeout = { .type = VOUCH_FACTS, .identity = { BYTES(0x20, 31) }, .former = { BYTES(0x40, 31) },
	                  .login_timeout_ms = 0x01020304, .user = "alice", .address = "192.0.2.7", .who = "password",
	                  .pool = 1, .trust = "login1,login2", .pool_timeout_ms = 0x05060708 },
	pool_is = { .type = VOUCH_POOL_IS }, held_is = { .type = VOUCH_HELD_IS },
	refused = { .type = VOUCH_REFUSED, .refusal = VOUCH_LIMIT, .text = "20 sessions are held already" },
	refused_min = { .type = VOUCH_REFUSED },
	refused_max = { .type = VOUCH_REFUSED, .refusal = UINT32_MAX, .text = LONG('r', TEXT_CAP) },
	ready = { .type = VOUCH_READY, .session = 0x01020304 }, ready_min = { .type = VOUCH_READY },
	ready_max = { .type = VOUCH_READY, .session = UINT32_MAX }, progress = { .type = VOUCH_PROGRESS },
	started = { .type = VOUCH_STARTED }, queued = { .type = VOUCH_QUEUED }, ends_are = { .type = VOUCH_ENDS_ARE },
	told = { .type = VOUCH_TOLD, .text = "session 2 was ended" }, told_min = { .type = VOUCH_TOLD },
	told_max = { .type = VOUCH_TOLD, .text = LONG('t', TEXT_CAP) };
static const struct vouch_request start_session = { VOUCH_OP_START, { BYTES(0x10, 15) }, 24, 80, 0, 0,
	                                            VOUCH_KIND_PIPES, VOUCH_FROM_SESSION, 0, 0 };
static const struct vouch_request ends = { .op = VOUCH_OP_ENDS }, events = { .op = VOUCH_OP_EVENTS },
	pool = { .op = VOUCH_OP_POOL, .ticket = { BYTES(0x10, 15) }, .number = POOL_WHAT_USER },
	members = { .op = VOUCH_OP_POOL, .number = POOL_WHAT_MEMBERS }, held = { .op = VOUCH_OP_HELD };
static const struct vouch_request
	say = { .op = VOUCH_OP_SAY, .ticket = { BYTES(0x10, 15) }, .cause = NOTHELD_NEW_OTHER_KEY, .number = 0x01020304 },
	say_min = { .op = VOUCH_OP_SAY, .cause = NOTHELD_NO_TERMINAL },
	say_max = { VOUCH_OP_SAY, MOST_TICKET, UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX, VOUCH_KIND_TERMINAL,
	            VOUCH_FROM_HOOK, NOTHELD_NEW_LATE, UINT32_MAX };
static const struct vouch_reply events_are = { .type = VOUCH_EVENTS_ARE, .which = VOUCH_WHICH_ALL },
                                events_are_min = { .type = VOUCH_EVENTS_ARE };

static void
vouch_messages(void **state)
{
#define EMPTY .alike = { VOUCH_PROGRESS, VOUCH_STARTED, VOUCH_QUEUED, VOUCH_ENDS_ARE, VOUCH_POOL_IS, VOUCH_HELD_IS }
	/* A holdfastd from before there were two identities leaves "former" out. */
	const struct recorded v[] = {
		THREE("request", 0, request), ONE("start-session", 0, request, &start_session),
		ONE("facts", VOUCH_FACTS, reply, &facts, .older = { IDENTITY_BYTES }),
		ONE("facts-min", VOUCH_FACTS, reply, &facts_min, .older = { IDENTITY_BYTES }),
		ONE("facts-max", VOUCH_FACTS, reply, &facts_max, .older = { IDENTITY_BYTES }),
		/* One without a pool is what a login's process of a version before takes, to the byte. */
		ONE("facts-pool", VOUCH_FACTS, reply, &facts_pool, .older = { IDENTITY_BYTES + 4, 4 }),
		/* One whose nodes are all trusted ends there, too. */
		ONE("facts-trust", VOUCH_FACTS, reply, &facts_trust, .older = { IDENTITY_BYTES + 21, 21, 17 }),
		/* So does one with PoolTimeout's default. */
		ONE("facts-timeout", VOUCH_FACTS, reply, &facts_timeout, .older = { IDENTITY_BYTES + 25, 25, 21, 4 }),
		ONE("refused", VOUCH_REFUSED, reply, &refused), ONE("refused-min", VOUCH_REFUSED, reply, &refused_min),
		ONE("refused-max", VOUCH_REFUSED, reply, &refused_max),
		ONE("progress", VOUCH_PROGRESS, reply, &progress, EMPTY), ONE("ready", VOUCH_READY, reply, &ready),
		ONE("ready-min", VOUCH_READY, reply, &ready_min, .alike = { VOUCH_TOLD }), ONE("ready-max", VOUCH_READY, reply, &ready_max),
		ONE("started", VOUCH_STARTED, reply, &started, EMPTY), ONE("queued", VOUCH_QUEUED, reply, &queued, EMPTY),
		ONE("ends-are", VOUCH_ENDS_ARE, reply, &ends_are, EMPTY), ONE("told", VOUCH_TOLD, reply, &told), ONE("told-min", VOUCH_TOLD, reply, &told_min, .alike = { VOUCH_READY }),
		ONE("told-max", VOUCH_TOLD, reply, &told_max),
		ONE("ends", 0, request, &ends), ONE("events", 0, request, &events),
		ONE("pool", 0, request, &pool), ONE("members", 0, request, &members), ONE("held", 0, request, &held),
		ONE("pool-is", VOUCH_POOL_IS, reply, &pool_is, EMPTY), ONE("held-is", VOUCH_HELD_IS, reply, &held_is, EMPTY),
		ONE("say", 0, request, &say), ONE("say-min", 0, request, &say_min), ONE("say-max", 0, request, &say_max),
		ONE("events-are", VOUCH_EVENTS_ARE, reply, &events_are),
		ONE("events-are-min", VOUCH_EVENTS_ARE, reply, &events_are_min),
	};

	(void)state;
	recordings_check("vouch", v, sizeof v / sizeof *v);
}

/* leadermsg.h, shellmsg.h */

static int
init_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)type;
	return leadermsg_encode_init(m, out, cap);
}

static int
init_decode(const void *p, uint8_t type, const void *buf, size_t len)
{
	static struct leadermsg_init got;
	int rc = leadermsg_decode_init(&got, buf, len);
	const struct leadermsg_init *m = p;

	(void)type;
	if (m && !rc) {
		assert_memory_equal(m, &got, offsetof(struct leadermsg_init, env));
		assert_int_equal(m->shell_pid, got.shell_pid);
		assert_int_equal(m->again, got.again);
		assert_true(m->rchar == got.rchar && m->wchar == got.wchar && m->input_bytes == got.input_bytes);
		assert_int_equal(m->size_policy, got.size_policy);
		assert_int_equal(m->env.count, got.env.count);
		for (size_t i = 0; i < m->env.count; i++)
			assert_string_equal(m->env.v[i], got.env.v[i]);
	}
	if (rc)
		assert_int_equal(got.env.count, 0);
	envlist_free(&got.env);
	return rc;
}

static int
report_put(const struct leadermsg_report *m, unsigned char *out, size_t cap)
{
	if (cap < LEADERMSG_REPORT_BYTES)
		return -EMSGSIZE;
	leadermsg_encode_report(m, out);
	return LEADERMSG_REPORT_BYTES;
}

RECORDED_FLAT(vouched, struct leadermsg_vouched, local_port, leadermsg_encode_vouched(m, out, cap),
              leadermsg_decode_vouched(&got, buf, len));
RECORDED_FLAT(sockets, struct leadermsg_sockets, agent_path, leadermsg_encode_sockets(m, out, cap),
              leadermsg_decode_sockets(&got, buf, len));
RECORDED_FLAT(peer_is, struct leadermsg_peer_is, ok, leadermsg_encode_peer_is(m, out, cap),
              leadermsg_decode_peer_is(&got, buf, len));
RECORDED_FLAT(idle, struct leadermsg_idle, logind_s, leadermsg_encode_idle(m, out, cap),
              leadermsg_decode_idle(&got, buf, len));
static int
start_encode(const void *p, uint8_t type, unsigned char *out, size_t cap)
{
	const struct shellmsg *m = p;
	const struct shell_request q = { .shell = m->shell, .command = m->has_command ? m->command : NULL, .home = m->home,
		                         .tty = m->tty, .env = &m->env, .umask = (mode_t)m->umask,
		                         .say_home = m->say_home };
	static struct shellmsg filled;

	(void)type;
	assert_int_equal(shellmsg_fill(&filled, &q), 0);
	return shellmsg_encode(&filled, out, cap);
}

static int
start_decode(const void *p, uint8_t type, const void *buf, size_t len)
{
	static struct shellmsg got;
	int rc = shellmsg_decode(&got, buf, len);
	const struct shellmsg *m = p;

	(void)type;
	if (m && !rc) {
		assert_memory_equal(m, &got, offsetof(struct shellmsg, env));
		assert_int_equal(m->env.count, got.env.count);
		for (size_t i = 0; i < m->env.count; i++)
			assert_string_equal(m->env.v[i], got.env.v[i]);
	}
	envlist_free(&got.env);
	return rc;
}

RECORDED_FLAT(cause, struct leadermsg_cause, text, leadermsg_encode_cause(m, out, cap),
              leadermsg_decode_cause(&got, buf, len));
RECORDED_FLAT(keep, struct leadermsg_keep, keep, leadermsg_encode_keep(m, out, cap),
              leadermsg_decode_keep(&got, buf, len));
RECORDED_FLAT(words, struct leadermsg_words, line, leadermsg_encode_words(m, out, cap),
              leadermsg_decode_words(&got, buf, len));
RECORDED_FLAT(tell, struct leadermsg_tell, programs, leadermsg_encode_tell(m, out, cap),
              leadermsg_decode_tell(&got, buf, len));
RECORDED_FLAT(facts, struct leadermsg_facts, program, leadermsg_encode_facts(m, out, cap),
              leadermsg_decode_facts(&got, buf, len));
RECORDED_FLAT(shell_ended, struct leadermsg_shell_ended, status, leadermsg_encode_shell_ended(m, out, cap),
              leadermsg_decode_shell_ended(&got, buf, len));
RECORDED_FLAT(report, struct leadermsg_report, name, report_put(m, out, cap), leadermsg_decode_report(&got, buf, len));

/* Static, so that all padding is zero. */
static struct leadermsg_init
	init = { .user = "alice", .home = "/home/alice", .shell = "/bin/bash", .tty = "/dev/pts/3",
	         .address = "192.0.2.7", .who = "password", .identity = { BYTES(0x20, 31) }, .ticket = { BYTES(0x10, 15) },
	         .ring_bytes = 0x3132333435363738, .stall_ms = 0x01020304, .detached_s = 0x11121314,
	         .idle_shell_s = 0x21222324, .elevated_s = 0x31323334, .take_over = CONFIG_TAKE_ASK,
	         .accept_env = "LANG,LC_*", .scrollback = 0x41424344, .banner = 1, .session = 0x51525354,
	         .dir = "/run/sessions/7/3", .agent_path = "/run/sessions/7/3/agent",
	         .shell_pid = 0x61626364, .again = 0x65666768, .rchar = 0x0102030405060708,
	         .wchar = 0x1112131415161718, .input_bytes = 0x2122232425262728,
	         .size_policy = 0x31323334 },
	init_before, /* the same with the default SizePolicy */
	init_min,
	init_max = { .user = LONG('u', USER_CAP), .home = LONG('h', PATH_CAP), .shell = LONG('s', PATH_CAP),
	             .tty = LONG('t', TTY_CAP), .address = LONG('a', ADDRESS_CAP), .who = LONG('w', WHO_CAP),
	             .identity = MOST_IDENTITY, .ticket = MOST_TICKET, .ring_bytes = UINT64_MAX, .stall_ms = UINT32_MAX,
	             .detached_s = UINT32_MAX, .idle_shell_s = UINT32_MAX, .elevated_s = UINT32_MAX,
	             .take_over = UINT32_MAX, .accept_env = LONG('e', CONFIG_ACCEPT_CAP), .scrollback = UINT32_MAX,
	             .banner = UINT32_MAX, .session = UINT32_MAX, .dir = LONG('p', PATH_CAP),
	             .agent_path = LONG('g', PATH_CAP), .shell_pid = INT32_MAX,
	             .again = UINT32_MAX, .rchar = UINT64_MAX, .wchar = UINT64_MAX, .input_bytes = UINT64_MAX,
	             .size_policy = UINT32_MAX };
static const struct leadermsg_vouched
	vouched = { 0x01020304, 1, { BYTES(0x20, 31) }, "2001:db8::1", "publickey SHA256:y", "2001:db8::2", 50022, 22 },
	vouched_min,
	vouched_max = { UINT32_MAX, UINT32_MAX, MOST_IDENTITY, LONG('a', ADDRESS_CAP), LONG('w', WHO_CAP),
	                LONG('l', ADDRESS_CAP), UINT16_MAX, UINT16_MAX };
static const struct leadermsg_sockets sockets = { 9, "/run/9", "/run/9/agent" }, sockets_min,
                                 sockets_max = { UINT32_MAX, LONG('p', PATH_CAP), LONG('g', PATH_CAP) };
static const struct leadermsg_peer_is peer_is = { 0x01020304, 1 }, peer_is_min, peer_is_max = { UINT32_MAX, UINT32_MAX };
static const struct leadermsg_idle idle = { 0x01020304, 0x11121314 }, idle_min, idle_max = { UINT32_MAX, UINT32_MAX };

static struct shellmsg
	start = { .shell = "/bin/bash", .home = "/home/alice", .tty = "/dev/pts/3", .umask = 022, .say_home = true,
	          .has_command = true, .command = "make; true" },
	start_min,
	start_max = { .shell = LONG('s', PATH_CAP), .home = LONG('h', PATH_CAP), .tty = LONG('t', TTY_CAP), .umask = 07777,
	              .say_home = true, .has_command = true, .command = LONG('c', ATTACH_COMMAND_MAX + 1) };
static const struct leadermsg_cause cause = { "session 2 was ended" }, cause_min,
                                    cause_max = { LONG('c', LEADERMSG_CAUSE_CAP) };
static const struct leadermsg_keep keep = { "5f3a0000000000ff", CONFIG_KEEP_SCREEN }, keep_min,
                                   keep_max = { LONG('f', LEADERMSG_UNIQUE), CONFIG_KEEP_SCROLLBACK };
static const struct leadermsg_words words = { "make", "all done" }, words_min,
                                    words_max = { LONG('p', NAME_CAP), LONG('l', LEADERMSG_WORDS_LINE) };
static const struct leadermsg_tell tell = { true }, tell_min;
static const struct leadermsg_facts
	state_facts = { ATTACH_STATE_DROPPED, ATTACH_KIND_COMMAND, true, 0x01020304, 0x11121314, 0x2122232425262728,
	                0x3132333435363738, 0x4142434445464748, 0x5152535455565758, 0x6162636465666768, 0x7172737475767778,
	                "build-2", "xterm", "make" },
	state_facts_min = { .state = ATTACH_STATE_ATTACHED },
	state_facts_max = { ATTACH_STATE_DROPPED, UINT32_MAX, true, UINT32_MAX, UINT32_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
	                    UINT64_MAX, UINT64_MAX, UINT64_MAX, LONG('n', NAME_CAP), LONG('t', TERM_CAP), LONG('p', NAME_CAP) };
static const struct leadermsg_shell_ended shell_ended = { 0x01020304 }, shell_ended_min, shell_ended_max = { UINT32_MAX };

#define REPORT(type, name) { type, 0x01020304, LEADERMSG_TAKE, { BYTES(0x10, 15) }, 0x11121314, 0x21222324, name }
static const struct leadermsg_report reports[] = {
	REPORT(LEADERMSG_READY, ""), REPORT(LEADERMSG_TICKET, ""), REPORT(LEADERMSG_STARTED, ""), REPORT(LEADERMSG_ATTACHED, ""),
	REPORT(LEADERMSG_GONE, ""), REPORT(LEADERMSG_ENDED, ""), REPORT(LEADERMSG_REFUSED, ""), REPORT(LEADERMSG_NAMED, "build-2"),
	REPORT(LEADERMSG_PEER, ""), REPORT(LEADERMSG_SHELL_FORGET, ""), REPORT(LEADERMSG_PIPE_CLOSED, ""), { .type = LEADERMSG_READY },
	{ LEADERMSG_PEER, UINT32_MAX, UINT32_MAX, MOST_TICKET, UINT32_MAX, UINT32_MAX, LONG('n', NAME_CAP) },
};

static void
leadermsg_messages(void **state)
{
	const struct recorded v[] = {
		/* Leaders of older versions end before shell_pid. */
		ONE("init", LEADERMSG_INIT, init, &init, .older = { 36, 12, 4 }, .longer_is_later = true),
		/* What the keepers of the version before take, to the byte. */
		ONE("init-before", LEADERMSG_INIT, init, &init_before, .older = { 32, 8 }),
		ONE("init-min", LEADERMSG_INIT, init, &init_min, .older = { 32, 8 }),
		ONE("init-max", LEADERMSG_INIT, init, &init_max, .older = { 36, 12, 4 }, .longer_is_later = true),
		THREE("vouched", LEADERMSG_VOUCHED, vouched),
		THREE("sockets", LEADERMSG_SOCKETS, sockets), THREE("peer-is", LEADERMSG_PEER_IS, peer_is),
		THREE("idle", LEADERMSG_IDLE, idle), THREE("cause", LEADERMSG_CAUSE, cause),
		ONE("tell", LEADERMSG_TELL, tell, &tell), ONE("tell-min", LEADERMSG_TELL, tell, &tell_min),
		ONE("facts", LEADERMSG_FACTS, facts, &state_facts), ONE("facts-min", LEADERMSG_FACTS, facts, &state_facts_min),
		ONE("facts-max", LEADERMSG_FACTS, facts, &state_facts_max),
		THREE("words", LEADERMSG_WORDS, words), THREE("keep", LEADERMSG_KEEP, keep),
		THREE("shell-ended", LEADERMSG_SHELL_ENDED, shell_ended), THREE("start", SHELLMSG_START, start),
		ONE("ready", 0, report, &reports[0]), ONE("ticket", 0, report, &reports[1]),
		ONE("started", 0, report, &reports[2]), ONE("attached", 0, report, &reports[3]),
		ONE("gone", 0, report, &reports[4]), ONE("ended", 0, report, &reports[5]),
		ONE("refused", 0, report, &reports[6]), ONE("named", 0, report, &reports[7]),
		ONE("peer", 0, report, &reports[8]), ONE("shell-forget", 0, report, &reports[9]),
		ONE("pipe-closed", 0, report, &reports[10]), ONE("report-min", 0, report, &reports[11]),
		ONE("report-max", 0, report, &reports[12]),
	};
	char entry[ENV_BYTES_MAX] = "e=";

	(void)state;
	assert_int_equal(envlist_set(&init.env, "HOME=/home/alice"), 0);
	assert_int_equal(envlist_set(&init.env, "LANG="), 0);
	init_before = init;
	init_before.size_policy = CONFIG_SIZE_LATEST;
	memset(entry + 2, 'e', sizeof entry - 3);
	assert_int_equal(envlist_set(&init_max.env, entry), 0);
	start.env = init.env;
	start_max.env = init_max.env;
	recordings_check("lead", v, sizeof v / sizeof *v);
	envlist_free(&init.env);
	envlist_free(&init_max.env);
}

/* leaderctl.h */

struct ctl_request { enum leaderctl_op op; };

static int
ctl_request_put(const struct ctl_request *m, unsigned char *out, size_t cap)
{
	if (cap < LEADERCTL_REQUEST_BYTES)
		return -EMSGSIZE;
	leaderctl_encode_request(m->op, out);
	return LEADERCTL_REQUEST_BYTES;
}

static int
ctl_reply_put(const struct leaderctl_reply *m, unsigned char *out, size_t cap)
{
	if (cap < LEADERCTL_REPLY_BYTES)
		return -EMSGSIZE;
	leaderctl_encode_reply(m, out);
	return LEADERCTL_REPLY_BYTES;
}

static int
ctl_version_put(const struct leaderctl_version *m, unsigned char *out, size_t cap)
{
	if (cap < LEADERCTL_VERSION_BYTES)
		return -EMSGSIZE;
	leaderctl_encode_version(m, out);
	return LEADERCTL_VERSION_BYTES;
}

RECORDED_FLAT(ctl_request, struct ctl_request, op, ctl_request_put(m, out, cap),
              leaderctl_decode_request(&got.op, buf, len));
RECORDED_FLAT(ctl_reply, struct leaderctl_reply, name, ctl_reply_put(m, out, cap),
              leaderctl_decode_reply(&got, buf, len));

RECORDED_FLAT(ctl_version, struct leaderctl_version, build, ctl_version_put(m, out, cap),
              leaderctl_decode_version(&got, buf, len));

RECORDED_FLAT(ctl_attached, struct leaderctl_attached, v, leaderctl_encode_attached(m->v, m->count, out, cap),
              leaderctl_decode_attached(&got, buf, len));

static const struct leaderctl_attached ctl_attached = { 2, {
	{ 0x01020304, LEADERMSG_RESUME, 0x1112131415161718, "192.0.2.7", "publickey SHA256:y" },
	{ 0x21222324, LEADERMSG_TAKE, 0, "", "password" },
} }, ctl_attached_min;
static struct leaderctl_attached ctl_attached_max = { .count = LEADERCTL_ATTACHED_MAX };

static const struct ctl_request ctl_who = { LEADERCTL_WHO }, ctl_kill = { LEADERCTL_KILL },
                                ctl_ask_version = { LEADERCTL_VERSION }, ctl_ask_attached = { LEADERCTL_ATTACHED },
                                ctl_tell = { LEADERCTL_TELL }, ctl_ask_origin = { LEADERCTL_ORIGIN };
static const struct leaderctl_version ctl_version = { "0.1.0", "0123abcd" }, ctl_version_min,
	ctl_version_max = { LONG('v', VERSION_CAP), LONG('b', BUILD_CAP) };
static const struct leaderctl_reply
	ctl_reply = { LEADERCTL_KILL, LEADERCTL_DENIED, 0x01020304, LEADERCTL_RUNNING, 0x11121314, 0x21222324,
	              0x3132333435363738, 0x4142434445464748, 0x51525354, 0x61626364, "build" },
	ctl_reply_min = { .op = LEADERCTL_WHO, .result = LEADERCTL_DONE, .state = LEADERCTL_STARTING },
	ctl_reply_max = { LEADERCTL_KILL, LEADERCTL_DENIED, UINT32_MAX, LEADERCTL_ENDING, INT32_MAX, UINT32_MAX, UINT64_MAX,
	                  UINT64_MAX, UINT32_MAX, UINT32_MAX, LONG('n', NAME_CAP) };

static void
leaderctl_messages(void **state)
{
	const struct recorded v[] = {
		ONE("who", 0, ctl_request, &ctl_who), ONE("kill", 0, ctl_request, &ctl_kill),
		THREE("reply", 0, ctl_reply), ONE("version", 0, ctl_request, &ctl_ask_version),
		THREE("version-is", 0, ctl_version), ONE("attached", 0, ctl_request, &ctl_ask_attached),
		ONE("tell", 0, ctl_request, &ctl_tell),
		ONE("ask-origin", 0, ctl_request, &ctl_ask_origin),
		ONE("attached-are", 0, ctl_attached, &ctl_attached, .longer_is_later = true),
		ONE("attached-are-min", 0, ctl_attached, &ctl_attached_min, .longer_is_later = true),
		ONE("attached-are-max", 0, ctl_attached, &ctl_attached_max, .longer_is_later = true),
	};

	(void)state;
	for (unsigned i = 0; i < LEADERCTL_ATTACHED_MAX; i++)
		ctl_attached_max.v[i] = (struct leaderctl_one){ UINT32_MAX, UINT32_MAX, UINT64_MAX, LONG('a', ADDRESS_CAP),
			                                        LONG('w', WHO_CAP) };
	recordings_check("leadctl", v, sizeof v / sizeof *v);
}

/* The files of record.h and leaderreg.h. */

static int
record_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)type;
	return record_format(m, (char *)out, cap);
}

static int
record_decode(const void *p, uint8_t type, const void *buf, size_t len)
{
	char *text = malloc(len + 1);
	const struct record *m = p;
	struct record got;
	int rc;

	(void)type;
	assert_non_null(text);
	memcpy(text, buf, len);
	rc = record_parse(&got, text, len);
	if (m && !rc) {
		assert_true(got.uid_known == m->uid_known && got.uid == m->uid && got.pid == m->pid);
		assert_true(got.start == m->start && got.port == m->port && got.local_port == m->local_port);
		assert_string_equal(got.user, m->user);
		assert_string_equal(got.service, m->service);
		assert_string_equal(got.address, m->address);
		assert_string_equal(got.local_address, m->local_address);
		assert_int_equal(got.auth_count, m->auth_count);
		for (unsigned i = 0; i < got.auth_count; i++)
			assert_string_equal(got.auth[i], m->auth[i]);
	}
	free(text);
	return rc;
}

static int
leader_put(const struct leaderreg *m, char *out, size_t cap, bool name)
{
	char text[LEADERREG_NAME > LEADERREG_TEXT ? LEADERREG_NAME : LEADERREG_TEXT];
	size_t len;

	if (name)
		leaderreg_name(m, text);
	else
		leaderreg_text(m, text);
	len = strlen(text);
	if (len > cap)
		return -EMSGSIZE;
	memcpy(out, text, len);
	return (int)len;
}

static int
leader_name_get(struct leaderreg *m, const void *buf, size_t len)
{
	char text[LEADERREG_NAME * 2] = "";

	memcpy(text, buf, len);
	/* A name is a string: a NUL ends it. */
	return strlen(text) == len ? leaderreg_parse_name(m, text) : -EBADMSG;
}

RECORDED_FLAT(leader_name, struct leaderreg, start, leader_put(m, (char *)out, cap, true),
              leader_name_get(&got, buf, len));
RECORDED_FLAT(leader_text, struct leaderreg, keeper_start, leader_put(m, (char *)out, cap, false),
              leaderreg_parse_text(&got, buf, len));

static char auth_max[] = "publickey ssh-ed25519 AAAA~";
static const struct record
	record = { true, 1000, "alice", 4711, 123456, "sshd", "192.0.2.7", "192.0.2.1", 50022, 22, 2,
	           { "publickey ssh-ed25519 AAAA", "password" } },
	record_min = { .user = "b", .pid = 1, .service = "s" },
	record_max = { true, UINT32_MAX - 1, LONG('u', USER_CAP), INT32_MAX, UINT64_MAX, LONG('s', RECORD_SERVICE_CAP),
	               LONG('a', ADDRESS_CAP), LONG('l', ADDRESS_CAP), UINT16_MAX, UINT16_MAX, RECORD_AUTH_MAX,
	               { [0 ... RECORD_AUTH_MAX - 1] = auth_max } };
static const struct leaderreg name_of = { .uid = 1000, .pid = 4711, .start = 123456 }, name_min = { .pid = 1 },
                            name_max = { .uid = UINT32_MAX, .pid = INT32_MAX, .start = UINT64_MAX },
                            text_of = { .id = 3, .keeper = 4712, .keeper_start = 123457 },
                            text_max = { .id = UINT32_MAX, .keeper = INT32_MAX, .keeper_start = UINT64_MAX },
                            text_min = { .id = 0 },
                            text_shell = { .id = 3, .keeper = 4712, .keeper_start = 123457, .shell = 4713,
                                           .shell_start = 123458 },
                            text_ended = { .id = 3, .keeper = 4712, .keeper_start = 123457, .shell = 4713,
                                           .shell_start = 123458, .ended = LEADERREG_KEPT };

static void
files(void **state)
{
	/* A name has one value for all of its digits; an empty file of the register is one without a keeper yet. */
	const struct recorded v[] = {
		THREE("record", 0, record),
		ONE("leader-name", 0, leader_name, &name_of, .whole_only = true),
		ONE("leader-name-min", 0, leader_name, &name_min, .whole_only = true),
		ONE("leader-name-max", 0, leader_name, &name_max, .whole_only = true),
		ONE("leader-text", 0, leader_text, &text_of, .older = { 14 }),
		ONE("leader-text-min", 0, leader_text, &text_min, .older = { 6 }),
		ONE("leader-text-max", 0, leader_text, &text_max, .older = { 43 }),
		ONE("leader-text-shell", 0, leader_text, &text_shell, .older = { 26 }),
		ONE("leader-text-ended", 0, leader_text, &text_ended, .older = { 28 }),
	};

	(void)state;
	recordings_check("files", v, sizeof v / sizeof *v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vouch_messages),
		cmocka_unit_test(leadermsg_messages),
		cmocka_unit_test(leaderctl_messages),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
