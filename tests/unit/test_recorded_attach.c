/* SPDX-License-Identifier: MIT */
/* The messages on a keeper's socket (attach.h), against the recordings in wire/attach; see recordings.h. */
#include "recordings.h"

#include "attach.h"
#include "attach_who.h"
#include "attach_times.h"

#define BYTES(n, at) { (n), (n) + 1, (n) + 2, (n) + 3, (n) + 4, (n) + 5, (n) + 6, (n) + 7, [(at)] = 0xfe }

/* Static, so that all padding is zero, as after a decoder. */
static const struct attach_status status = {
	.id = 0x01020304, .state = ATTACH_STATE_DROPPED, .attachments = 2, .vouched = 1, .rows = 24, .cols = 80,
	.keeper_pid = 0x11121314, .shell_pid = 0x21222324, .created_ms = 0x3132333435363738,
	.changed_ms = 0x4142434445464748, .activity_ms = 0x5152535455565758, .offset = 0x6162636465666768,
	.away_bytes = 0x7172737475767778, .identity = { BYTES(0x80, 31) }, .name = "build", .program = "vi\x01",
	.address = "192.0.2.7", .term = "xterm-256color", .lost_ms = 0x9192939495969798,
	.lost_heard_ms = 0xa1a2a3a4a5a6a7a8, .lost_used_ms = 0xb1b2b3b4b5b6b7b8, .kind = ATTACH_KIND_COMMAND,
	.user = "alice", .home_born = 0xc1c2c3c4c5c6c7c8, .version = "0.1.0", .build = "0123abcd",
	.ends_ms = 0xd1d2d3d4d5d6d7d8, .ends_why = ATTACH_RULE_RELEASED, .idle_ends_ms = 0xe1e2e3e4e5e6e7e8,
	.put_out_ms = 0xf1f2f3f4f5f6f7f8, .put_out_why = ATTACH_RULE_LOGIND,
};
static const struct attach_status status_min;
static struct attach_status status_max = {
	.id = UINT32_MAX, .state = UINT32_MAX, .attachments = UINT32_MAX, .vouched = UINT32_MAX, .rows = UINT32_MAX,
	.cols = UINT32_MAX, .keeper_pid = UINT32_MAX, .shell_pid = UINT32_MAX, .created_ms = UINT64_MAX,
	.changed_ms = UINT64_MAX, .activity_ms = UINT64_MAX, .offset = UINT64_MAX, .away_bytes = UINT64_MAX,
	.lost_ms = UINT64_MAX, .lost_heard_ms = UINT64_MAX, .lost_used_ms = UINT64_MAX, .kind = UINT32_MAX,
	.home_born = UINT64_MAX, .ends_ms = UINT64_MAX, .ends_why = UINT32_MAX, .idle_ends_ms = UINT64_MAX,
	.put_out_ms = UINT64_MAX, .put_out_why = UINT32_MAX,
};
static const struct attach_who who = { 2, {
	{ 0x01020304, ATTACH_ONE_FRAMED | ATTACH_ONE_PIPES, 24, 80, 0x1112131415161718, 0x2122232425262728, "192.0.2.7" },
	{ 0x31323334, ATTACH_ONE_READONLY, 0, 0, 0, 0, "" },
} }, who_min;
static struct attach_who who_max = { .count = ATTACH_WHO_MAX };
static const struct attach_verdict verdict = { ATTACH_VERDICT_DEAD, 0x0102030405060708 };
static const struct attach_verdict verdict_min = { ATTACH_VERDICT_ALIVE, 0 };
static const struct attach_verdict verdict_max = { ATTACH_VERDICT_UNKNOWN, UINT64_MAX };
static const struct attach_granted granted = { 0x01020304, BYTES(0x30, 15) }, granted_min;
static struct attach_granted granted_max;
static const struct attach_refused refused = { ATTACH_REFUSAL_ELEVATED, "another claim was faster" }, refused_min;
static struct attach_refused refused_max;
static const struct attach_exit ended = { 1, 0x01020304 }, ended_min, ended_max = { UINT32_MAX, UINT32_MAX };
static const struct attach_detached detached = { ATTACH_WHY_SWITCH, "build" }, detached_min;
static struct attach_detached detached_max;
static const struct { char name[NAME_CAP]; } name = { "builds" }, name_min;
static struct { char name[NAME_CAP]; } name_max;
static const struct { char text[TEXT_CAP]; } text = { "down at five \xc3\xa9\n" }, text_min;
static struct { char text[TEXT_CAP]; } text_max;
static const uint32_t zero, one = 1, number = 0x01020304, most = UINT32_MAX;

RECORDED_FLAT(status, struct attach_status, put_out_why, attach_encode_status(m, out, cap),
              attach_decode_status(&got, buf, len));
RECORDED_FLAT(verdict, struct attach_verdict, heard_ms, attach_encode_verdict(m, out, cap),
              attach_decode_verdict(&got, buf, len));
RECORDED_FLAT(granted, struct attach_granted, token, attach_encode_granted(m, out, cap),
              attach_decode_granted(&got, buf, len));
RECORDED_FLAT(refused, struct attach_refused, text, attach_encode_refused(type, m, out, cap),
              attach_decode_refused(&got, buf, len));
RECORDED_FLAT(ended, struct attach_exit, value, attach_encode_exit(m, out, cap), attach_decode_exit(&got, buf, len));
RECORDED_FLAT(detached, struct attach_detached, target, attach_encode_detached(type, m, out, cap),
              attach_decode_detached(&got, buf, len));

RECORDED_FLAT(who, struct attach_who, v, attach_encode_who(m, out, cap), attach_decode_who(&got, buf, len));

static const struct attach_times times = { 0x0102030405060708, 0x1112131415161718, 2,
                                            { { 1, 0x2122232425262728, 24, 80 }, { 0x3132333435363738, 0, 50, 132 } } },
                                  times_min;
static struct attach_times times_max = { UINT64_MAX, UINT64_MAX, ATTACH_TIMES_MAX, { { 0, 0, 0, 0 } } };

RECORDED_FLAT(times, struct attach_times, v, attach_encode_times(m, out, cap), attach_decode_times(&got, buf, len));

struct one_name { char name[NAME_CAP]; };
struct one_text { char text[TEXT_CAP]; };
struct one_number { uint32_t v; };

RECORDED_FLAT(name, struct one_name, name, attach_encode_name(m->name, out, cap),
              attach_decode_name(got.name, buf, len));
RECORDED_FLAT(text, struct one_text, text, attach_encode_text(type, m->text, out, cap),
              attach_decode_text(got.text, buf, len));
RECORDED_FLAT(number, struct one_number, v, attach_encode_number(type, m->v, out, cap),
              attach_decode_number(&got.v, buf, len));

static int
plain_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)m;
	return attach_encode_plain(type, out, cap);
}

static int
plain_decode(const void *m, uint8_t type, const void *buf, size_t len)
{
	int got = attach_type_of(buf, len);

	(void)m;
	return got < 0 ? got : got == type ? 0 : -EBADMSG;
}

static void
same_list(const struct envlist *a, const struct envlist *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->bytes, b->bytes);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal(a->v[i], b->v[i]);
}

static int
env_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)type;
	return attach_encode_env(m, out, cap);
}

static int
env_decode(const void *m, uint8_t type, const void *buf, size_t len)
{
	struct envlist got;
	int rc = attach_decode_env(&got, buf, len);

	(void)type;
	if (m && !rc)
		same_list(m, &got);
	if (rc)
		assert_int_equal(got.count, 0);
	envlist_free(&got);
	return rc;
}

static int
claim_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)type;
	return attach_encode_claim(m, out, cap);
}

static void
same_claim(const struct attach_claim *a, const struct attach_claim *b)
{
	assert_int_equal(a->mode, b->mode);
	assert_int_equal(a->flags, b->flags);
	assert_true(a->rows == b->rows && a->cols == b->cols && a->xpixel == b->xpixel && a->ypixel == b->ypixel);
	assert_memory_equal(&a->ticket, &b->ticket, sizeof a->ticket);
	assert_memory_equal(&a->identity, &b->identity, sizeof a->identity);
	assert_string_equal(a->term, b->term);
	assert_string_equal(a->name, b->name);
	same_list(&a->env, &b->env);
	assert_int_equal(a->framed.lowest, b->framed.lowest);
	assert_int_equal(a->framed.highest, b->framed.highest);
	assert_memory_equal(a->framed.stream, b->framed.stream, sizeof a->framed.stream);
	assert_memory_equal(a->framed.key, b->framed.key, sizeof a->framed.key);
	assert_true(a->framed.input == b->framed.input && a->framed.output == b->framed.output);
	assert_true(a->framed.errors == b->framed.errors);
	assert_int_equal(a->typed_len, b->typed_len);
	assert_memory_equal(a->typed, b->typed, sizeof a->typed);
	assert_memory_equal(a->token, b->token, sizeof a->token);
	assert_memory_equal(&a->target, &b->target, sizeof a->target);
	assert_string_equal(a->unique, b->unique);
	assert_int_equal(!a->command, !b->command);
	if (a->command)
		assert_string_equal(a->command, b->command);
}

static int
claim_decode(const void *m, uint8_t type, const void *buf, size_t len)
{
	struct attach_claim got;
	int rc = attach_decode_claim(&got, buf, len);

	(void)type;
	if (m && !rc)
		same_claim(m, &got);
	if (rc) {
		assert_int_equal(got.env.count, 0);
		assert_null(got.command);
	}
	envlist_free(&got.env);
	free(got.command);
	return rc;
}

static char command[] = "make 'all of it'";

static struct attach_claim
claim_of(uint32_t flags, char *line)
{
	struct attach_claim m = {
		.mode = ATTACH_MODE_TAKE, .flags = flags, .rows = 24, .cols = 80, .xpixel = 0x0102, .ypixel = 0x0304,
		.ticket = { BYTES(0x10, 15) }, .identity = { BYTES(0x20, 31) }, .term = "tmux-256color",
		.name = "build", .command = line,
	};

	assert_int_equal(envlist_set(&m.env, "LANG=C.UTF-8"), 0);
	assert_int_equal(envlist_set(&m.env, "EMPTY="), 0);
	if (flags & ATTACH_FLAG_FRAMED)
		m.framed = (struct attach_framed){ .lowest = 1, .highest = 3, .stream = BYTES(0x30, 15),
			                           .key = BYTES(0x40, 15), .input = 0x5152535455565758,
			                           .output = 0x6162636465666768, .errors = 0x7172737475767778 };
	if (flags & ATTACH_FLAG_TYPED) {
		memcpy(m.typed, "l\0s", 3);
		m.typed_len = 3;
	}
	return m;
}

static struct attach_claim
claim_again(void)
{
	struct attach_claim m = claim_of(ATTACH_FLAG_RETURNS, NULL);

	m.mode = ATTACH_MODE_AGAIN;
	memcpy(m.token, (const unsigned char[])BYTES(0x30, 15), sizeof m.token);
	return m;
}

static struct attach_claim
claim_over_another_node(void)
{
	struct attach_claim m = claim_of(ATTACH_FLAG_QUIET, NULL);

	strcpy(m.unique, "0123456789abcdef");
	return m;
}

static struct attach_claim
claim_for_terminal(char *line)
{
	struct attach_claim m = claim_again();

	m.command = line;
	m.target.can = TERMCAN_KNOWN | TERMCAN_PROTECTS;
	m.target.colours = 88;
	for (unsigned i = 0; i < TERMCAN_UPPER; i++)
		m.target.upper[i] = (uint16_t)(0x2000 + i);
	return m;
}

static struct attach_claim
claim_longest(char *line)
{
	static char entry[ENV_BYTES_MAX];
	struct attach_claim m = { .mode = UINT32_MAX, .flags = UINT32_MAX, .rows = UINT16_MAX, .cols = UINT16_MAX,
		                  .xpixel = UINT16_MAX, .ypixel = UINT16_MAX, .framed = { .lowest = UINT32_MAX,
		                  .highest = UINT32_MAX, .input = UINT64_MAX, .output = UINT64_MAX,
		                  .errors = UINT64_MAX }, .typed_len = ATTACH_TYPED_CAP, .command = line };

	memset(&m.ticket, 0xff, sizeof m.ticket);
	memset(&m.identity, 0xff, sizeof m.identity);
	memset(m.framed.stream, 0xff, sizeof m.framed.stream);
	memset(m.framed.key, 0xff, sizeof m.framed.key);
	memset(m.typed, 0xff, sizeof m.typed);
	memset(m.term, 't', sizeof m.term - 1);
	memset(m.name, 'n', sizeof m.name - 1);
	memset(entry, 'e', sizeof entry - 1);
	entry[1] = '=';
	assert_int_equal(envlist_set(&m.env, entry), 0);
	assert_int_equal(m.env.bytes, ENV_BYTES_MAX);
	memset(line, 'c', ATTACH_COMMAND_MAX);
	return m;
}

static struct envlist
many_variables(void)
{
	struct envlist e = ENVLIST_INIT;
	char entry[8];

	for (unsigned i = 0; i < ENV_COUNT_MAX; i++) {
		snprintf(entry, sizeof entry, "%c%c=", 'a' + i / 26, 'a' + i % 26);
		assert_int_equal(envlist_set(&e, entry), 0);
	}
	return e;
}

static void
fill(void)
{
	for (unsigned i = 0; i < ATTACH_WHO_MAX; i++) {
		struct attach_one *w = &who_max.v[i];

		w->serial = w->flags = w->rows = w->cols = UINT32_MAX;
		w->since_ms = w->typed_ms = UINT64_MAX;
		memset(w->address, 'a', ADDRESS_CAP - 1);
	}
	memset(&status_max.identity, 0xff, sizeof status_max.identity);
	memset(status_max.name, 'n', NAME_CAP - 1);
	memset(status_max.program, 'p', NAME_CAP - 1);
	memset(status_max.address, 'a', ADDRESS_CAP - 1);
	memset(status_max.term, 't', TERM_CAP - 1);
	memset(status_max.user, 'u', USER_CAP - 1);
	memset(status_max.version, 'v', VERSION_CAP - 1);
	memset(status_max.build, 'b', BUILD_CAP - 1);
	for (unsigned i = 0; i < ATTACH_TIMES_MAX; i++)
		times_max.v[i] = (struct attach_time){ UINT64_MAX, UINT64_MAX, UINT16_MAX, UINT16_MAX };
	memset(&granted_max, 0xff, sizeof granted_max);
	refused_max.code = detached_max.reason = UINT32_MAX;
	memset(refused_max.text, 'r', TEXT_CAP - 1);
	memset(detached_max.target, 'd', NAME_CAP - 1);
	memset(name_max.name, 'n', NAME_CAP - 1);
	memset(text_max.text, 't', TEXT_CAP - 1);
}

#define ONE(text, number, of, message, ...) \
	{ .name = text, .type = number, .m = message, .encode = of##_encode, .decode = of##_decode, __VA_ARGS__ }
#define THREE(name, type, of, ...) \
	ONE(name, type, of, &of, __VA_ARGS__), ONE(name "-min", type, of, &of##_min, __VA_ARGS__), \
	ONE(name "-max", type, of, &of##_max, __VA_ARGS__)
/* Messages with the same fields: their receivers look at the type first. */
#define NUMBERS .alike = { ATTACH_MSG_CLAIMED, ATTACH_MSG_KILL, ATTACH_MSG_DETACH, ATTACH_MSG_EXPIRE }
#define REFUSALS .alike = { ATTACH_MSG_REFUSED, ATTACH_MSG_ERROR }
#define DETACHES .alike = { ATTACH_MSG_DETACHED, ATTACH_MSG_SWITCH }
#define TEXTS .alike = { ATTACH_MSG_MESSAGE, ATTACH_MSG_LAST_IS, ATTACH_MSG_CAUSE, ATTACH_MSG_TOLD }
#define NUMBER(name, type) \
	ONE(name, type, number, &number, NUMBERS), ONE(name "-min", type, number, &zero, NUMBERS), \
	ONE(name "-max", type, number, &most, NUMBERS)
/* Whether bytes follow is looked at by the keeper, which has nothing to decode. */
#define PLAIN(name, type) ONE(name, type, plain, NULL, .longer_is_later = true)
/*
 * Keepers of older versions do not say what follows (32 bytes), "version" and "build", "user" and "home_born", or
 * "kind" either; newer ones say more.
 */
#define STATUS(name, m, user_len, program_len) \
	ONE(name, ATTACH_MSG_STATUS_IS, status, m, .older = { 32, 32 + 8 + (program_len), \
	    32 + 8 + (program_len) + 8 + 4 + (user_len), 32 + 8 + (program_len) + 8 + 4 + (user_len) + 4 }, \
	    .longer_is_later = true)
#define WHO(name, m) ONE(name, ATTACH_MSG_WHO_IS, who, m, .longer_is_later = true)
/* A claim without its command is one for a login shell. */
#define COMMAND(name, m, command_len) ONE(name, ATTACH_MSG_CLAIM, claim, m, .older = { 4 + (command_len) })

static void
messages(void **state)
{
	char line[ATTACH_COMMAND_MAX + 1] = "";
	struct attach_claim plain = claim_of(ATTACH_FLAG_QUIET, NULL), least = { .mode = 0 },
	                    with_command = claim_of(ATTACH_FLAG_PIPES, command),
	                    framed = claim_of(ATTACH_FLAG_FRAMED | ATTACH_FLAG_PIPES, NULL),
	                    typed = claim_of(ATTACH_FLAG_TYPED | ATTACH_FLAG_PIPES, NULL),
	                    all = claim_of(ATTACH_FLAG_FRAMED | ATTACH_FLAG_TYPED | ATTACH_FLAG_PIPES, command),
	                    again = claim_again(), target = claim_for_terminal(NULL),
	                    target_command = claim_for_terminal(command), longest = claim_longest(line),
	                    unique = claim_over_another_node();
	struct envlist many = many_variables(), none = ENVLIST_INIT;
	const struct recorded v[] = {
		PLAIN("status", ATTACH_MSG_STATUS), PLAIN("confirm", ATTACH_MSG_CONFIRM), PLAIN("winch", ATTACH_MSG_WINCH),
		PLAIN("env", ATTACH_MSG_ENV), PLAIN("probe", ATTACH_MSG_PROBE), PLAIN("last", ATTACH_MSG_LAST),
		PLAIN("who", ATTACH_MSG_WHO),
		WHO("who-is", &who), WHO("who-is-min", &who_min), WHO("who-is-max", &who_max),
		PLAIN("upgrade", ATTACH_MSG_UPGRADE), PLAIN("times", ATTACH_MSG_TIMES),
		THREE("times-are", ATTACH_MSG_TIMES_ARE, times),
		PLAIN("done", ATTACH_MSG_DONE),
		NUMBER("claimed", ATTACH_MSG_CLAIMED), NUMBER("expire", ATTACH_MSG_EXPIRE),
		NUMBER("kill", ATTACH_MSG_KILL),
		ONE("detach", ATTACH_MSG_DETACH, number, &zero, NUMBERS),
		ONE("detach-one", ATTACH_MSG_DETACH, number, &one, NUMBERS),
		STATUS("status-is", &status, 5, 5 + 8), STATUS("status-is-min", &status_min, 0, 0),
		STATUS("status-is-max", &status_max, USER_CAP - 1, VERSION_CAP - 1 + BUILD_CAP - 1),
		THREE("granted", ATTACH_MSG_GRANTED, granted),
		THREE("refused", ATTACH_MSG_REFUSED, refused, REFUSALS),
		THREE("error", ATTACH_MSG_ERROR, refused, REFUSALS),
		THREE("verdict", ATTACH_MSG_VERDICT, verdict), THREE("exit", ATTACH_MSG_EXIT, ended),
		THREE("detached", ATTACH_MSG_DETACHED, detached, DETACHES),
		THREE("switch", ATTACH_MSG_SWITCH, detached, DETACHES),
		THREE("message", ATTACH_MSG_MESSAGE, text, TEXTS), THREE("last-is", ATTACH_MSG_LAST_IS, text, TEXTS),
		THREE("cause", ATTACH_MSG_CAUSE, text, TEXTS), THREE("told", ATTACH_MSG_TOLD, text, TEXTS),
		THREE("rename", ATTACH_MSG_RENAME, name),
		ONE("env-is", ATTACH_MSG_ENV_IS, env, &plain.env), ONE("env-is-min", ATTACH_MSG_ENV_IS, env, &none),
		ONE("env-is-many", ATTACH_MSG_ENV_IS, env, &many),
		ONE("env-is-max", ATTACH_MSG_ENV_IS, env, &longest.env),
		ONE("claim", ATTACH_MSG_CLAIM, claim, &plain), ONE("claim-min", ATTACH_MSG_CLAIM, claim, &least),
		ONE("claim-framed", ATTACH_MSG_CLAIM, claim, &framed),
		ONE("claim-typed", ATTACH_MSG_CLAIM, claim, &typed), ONE("claim-again", ATTACH_MSG_CLAIM, claim, &again),
		ONE("claim-target", ATTACH_MSG_CLAIM, claim, &target, .older = { 4 + TERMCAN_BYTES }),
		ONE("claim-target-command", ATTACH_MSG_CLAIM, claim, &target_command,
		    .older = { 4 + sizeof command - 1, 4 + TERMCAN_BYTES + 4 + sizeof command - 1 }),
		ONE("claim-unique", ATTACH_MSG_CLAIM, claim, &unique, .older = { 4 + FRAME_HOP_UNIQUE - 1 }),
		COMMAND("claim-command", &with_command, sizeof command - 1),
		COMMAND("claim-all", &all, sizeof command - 1), COMMAND("claim-max", &longest, ATTACH_COMMAND_MAX),
	};

	(void)state;
	fill();
	recordings_check("attach", v, sizeof v / sizeof *v);
	envlist_free(&many);
	envlist_free(&plain.env);
	envlist_free(&with_command.env);
	envlist_free(&framed.env);
	envlist_free(&typed.env);
	envlist_free(&all.env);
	envlist_free(&again.env);
	envlist_free(&target.env);
	envlist_free(&target_command.env);
	envlist_free(&longest.env);
	envlist_free(&unique.env);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
