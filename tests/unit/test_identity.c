/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "auth_identity.h"
#include "auth_keys.h"
#include "keyblob.h"

/* Made by ssh-keygen; what it prints for them (-l) is what the tests compare with. */
static const char ed25519[] =
	"AAAAC3NzaC1lZDI1NTE5AAAAIDLFM+stW2qBOGxrFCn0XZyDiZrlIW0kbIrC0E1hl/5e";
static const char ed25519_cert[] =
	"AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAILYk0tOZ17z1584QqvMR70BXP8IEmGEFRZa9jp"
	"RxRJafAAAAIDLFM+stW2qBOGxrFCn0XZyDiZrlIW0kbIrC0E1hl/5eAAAAAAAAAAAAAAABAAAACGFsaWNlLWlkAAAA"
	"CQAAAAVhbGljZQAAAAAAAAAA//////////8AAAAAAAAAggAAABVwZXJtaXQtWDExLWZvcndhcmRpbmcAAAAAAAAAF3"
	"Blcm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3YXJkaW5nAAAAAAAAAApwZXJtaXQt"
	"cHR5AAAAAAAAAA5wZXJtaXQtdXNlci1yYwAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACBfjBnJnvtwzhXAng"
	"q0aWfCedgLPijt1F8jZNZr514BvAAAAFMAAAALc3NoLWVkMjU1MTkAAABAo6FRk9lrvMWFRqLUzpc8kAdlNcvm8YgT"
	"ute5Bqvm6nB9RT0XzXQZMo4Lc/TAq6YISynajvIOpJGiAelkEP8QAA==";

/* The same, with a key id that looks like a fingerprint. */
static const char print_cert[] =
	"AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAILYk0tOZ17z1584QqvMR70BXP8IEmGEFRZa9jpRxRJafAAAA"
	"IDLFM+stW2qBOGxrFCn0XZyDiZrlIW0kbIrC0E1hl/5eAAAAAAAAAAAAAAABAAAACFNIQTI1Njp4AAAACQAAAAVhbGljZQAAAAAA"
	"AAAA//////////8AAAAAAAAAggAAABVwZXJtaXQtWDExLWZvcndhcmRpbmcAAAAAAAAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5n"
	"AAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3YXJkaW5nAAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJtaXQtdXNlci1yYwAAAAAA"
	"AAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACBfjBnJnvtwzhXAngq0aWfCedgLPijt1F8jZNZr514BvAAAAFMAAAALc3NoLWVkMjU1"
	"MTkAAABAo6FRk9lrvMWFRqLUzpc8kAdlNcvm8YgTute5Bqvm6nB9RT0XzXQZMo4Lc/TAq6YISynajvIOpJGiAelkEP8QAA==";
static const char ecdsa_cert[] =
	"AAAAKGVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgC2iqk6JYv9YgwmDx4ZkJb/ku4x"
	"6LjKxPRZ3K/y7/JX8AAAAIbmlzdHAyNTYAAABBBOVcbKvHAgNgvQkDnxMMpCiUJgEn1t0ClBY3yJOAn9vwFiA2P1Ig"
	"TJqfxkmOO7AmnRn6Cz9CAuUcpI9wfANj04kAAAAAAAAABQAAAAEAAAAIYWxpY2UtaWQAAAAJAAAABWFsaWNlAAAAAA"
	"AAAAD//////////wAAAAAAAACCAAAAFXBlcm1pdC1YMTEtZm9yd2FyZGluZwAAAAAAAAAXcGVybWl0LWFnZW50LWZv"
	"cndhcmRpbmcAAAAAAAAAFnBlcm1pdC1wb3J0LWZvcndhcmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm"
	"1pdC11c2VyLXJjAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIF+MGcme+3DOFcCeCrRpZ8J52As+KO3UXyNk"
	"1mvnXgG8AAAAUwAAAAtzc2gtZWQyNTUxOQAAAECDgvfM2WnHnwFoY7Q3isZGJ7ZQoyjmu+65yP61B6md9lahJd5Ppz"
	"XRkcyRjZLxINjYJAqg1cPAiAAlwWTQ+IEN";
static const char rsa_cert[] =
	"AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgfsKRyGm8XHUPnHmr5AC9lUAdjoCatNf6LaKhzs0A1d"
	"YAAAADAQABAAABAQC/Z5G5jZ44f7wTdRyhkQdGW7apbv1ibI47xHocHMYhZe2yN1V9dJNTxsZq+f/WDSOLfDBg+CMV"
	"Rn5+QaLWzIvyLBrRx+VZHJkGdg9BPNAI1SSZW6Xxurj2fx4/wz2UN50KhwfeXL44qdcU9+BHe7W5BSK2xa2SgHrdYu"
	"q4J5gexvTxRgeNyTQ7O10ZyDrGFwt7amFFozmzodakeMVxXvY6dI9Ag44S1VbsyaM9StPcyCjpbaiZvgEgbeRZn0WB"
	"MLXpjzK0meN/tokv2Dv+TtglftYRFBjqza49U4YWRo4qut9ldWn6tplnssjovDlM4R8qurA4gb6P0JmQEpBSflPvAA"
	"AAAAAAAAAAAAABAAAAAAAAAAkAAAAFYWxpY2UAAAAAAAAAAP//////////AAAAAAAAAIIAAAAVcGVybWl0LVgxMS1m"
	"b3J3YXJkaW5nAAAAAAAAABdwZXJtaXQtYWdlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZG"
	"luZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAOcGVybWl0LXVzZXItcmMAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU1"
	"MTkAAAAgX4wZyZ77cM4VwJ4KtGlnwnnYCz4o7dRfI2TWa+deAbwAAABTAAAAC3NzaC1lZDI1NTE5AAAAQJRg8s9h22"
	"iciGADaWw2MMsy/K+6otKm7S/QK/pCsqLcdAaLFEGsvAv4D7UDefk/qraP1OrjoMtENQg2v3JZ5AI=";
static const char ca[] =
	"AAAAC3NzaC1lZDI1NTE5AAAAIF+MGcme+3DOFcCeCrRpZ8J52As+KO3UXyNk1mvnXgG8";

#define ED25519_PRINT "uGKu53Th0oGON1t5y/zwsrimXsPpce1Mu8m+IdtrMSw"
#define ECDSA_PRINT "1mO9Rw1NSXUN+b8HZsI2AFYC3+q1b1B3le34Stfx2aE"
#define RSA_PRINT "NkQAUmU00J/asHKE6NMYV/40u9AW0fSQTaf1qxrVuhM"
#define CA_PRINT "KHx3WMcmj9Vj9xlrNp6n+obpb8PFDypeHh1mfX0EAG4"

/* The identity of a login with the COUNT methods in LINES. */
static struct identity
identity_of(const char *const *lines, unsigned count, char who[WHO_CAP])
{
	struct record r = { .auth_count = count, .user = "alice" };
	struct identity id, former;

	memset(&id, 0x55, sizeof id);
	for (unsigned i = 0; i < count; i++)
		r.auth[i] = lines[i];
	assert_int_equal(auth_identity(&r, &id, &former, who), 0);
	return id;
}

static struct identity
identity_of_one(const char *line)
{
	char who[WHO_CAP];

	return identity_of(&line, 1, who);
}

static void
assert_same(const char *a, const char *b)
{
	struct identity x = identity_of_one(a), y = identity_of_one(b);

	assert_true(identity_equal(&x, &y));
}

static void
assert_other(const char *a, const char *b)
{
	struct identity x = identity_of_one(a), y = identity_of_one(b);

	assert_false(identity_equal(&x, &y));
}

static void
nothing_is_unknown(void **state)
{
	char who[WHO_CAP];
	struct identity id = identity_of(NULL, 0, who), zero;

	(void)state;
	memset(&zero, 0, sizeof zero);
	assert_memory_equal(&id, &zero, sizeof id);
	assert_string_equal(who, "");
}

static void
is_the_sum_of_the_canonical_lines(void **state)
{
	/* printf 'user alice\npassword\npassword\npublickey ssh-ed25519 AAAA\n' | sha256sum */
	static const unsigned char expected[IDENTITY_BYTES] = {
		0xd8, 0xe1, 0xda, 0x38, 0xd6, 0x19, 0x1b, 0xa5, 0xe8, 0x96, 0xbb, 0xac, 0x27, 0x9e, 0x83, 0xec,
		0xa7, 0x52, 0x76, 0x4e, 0xfd, 0x03, 0xc1, 0x4a, 0x00, 0x6d, 0x71, 0xe2, 0x77, 0xeb, 0xf7, 0x79,
	};
	/* without the first line */
	static const unsigned char before[IDENTITY_BYTES] = {
		0xa7, 0xc4, 0xb4, 0xb2, 0x62, 0x4b, 0x73, 0xb5, 0xd5, 0x3c, 0x6e, 0x42, 0xf9, 0x2e, 0xf5, 0x4a,
		0x11, 0x51, 0x4d, 0xeb, 0xef, 0x26, 0xae, 0xbe, 0xff, 0x78, 0x89, 0x69, 0xf6, 0x00, 0xec, 0x52,
	};
	struct record r = { .auth_count = 3, .user = "alice", .auth = { "publickey ssh-ed25519 AAAA",
		"keyboard-interactive/pam", "password" } };
	struct identity former, twins;
	static const char *const lines[] = {
		"publickey ssh-ed25519 AAAA", "keyboard-interactive/pam", "password",
	};
	char who[WHO_CAP];
	struct identity id = identity_of(lines, 3, who);

	(void)state;
	assert_memory_equal(id.bytes, expected, sizeof expected);
	snprintf(r.user, sizeof r.user, "twin");
	assert_int_equal(auth_identity(&r, &twins, &former, who), 0);
	assert_false(identity_equal(&twins, &id));
	assert_memory_equal(former.bytes, before, sizeof before);
}

static void
order_does_not_count(void **state)
{
	static const char *const a[] = { "password", "publickey ssh-rsa AAAA" };
	static const char *const b[] = { "publickey ssh-rsa AAAA", "password" };
	char who[WHO_CAP];
	struct identity x = identity_of(a, 2, who), y = identity_of(b, 2, who);

	(void)state;
	assert_true(identity_equal(&x, &y));
}

/* Neither of two lists where one has a step more than the other, or another one. */
static void
weaker_lists_are_others(void **state)
{
	static const char *const lists[][3] = {
		{ "publickey ssh-rsa AAAA" }, { "password" }, { "publickey ssh-rsa AAAA", "password" },
		{ "password", "keyboard-interactive/pam" }, { "publickey ssh-rsa AAAA", "publickey ssh-rsa AAAB" },
		{ "publickey ssh-rsa AAAB" }, { "publickey ssh-rsa AAAA", "password", "keyboard-interactive/pam" },
		{ "none" }, { "hostbased ssh-rsa AAAA client user \"a\", client host \"h\"" },
		{ "gssapi-with-mic alice@EXAMPLE.ORG" },
	};
	struct identity made[sizeof lists / sizeof *lists];
	char who[WHO_CAP];

	(void)state;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		unsigned count = lists[i][2] ? 3 : lists[i][1] ? 2 : 1;

		made[i] = identity_of(lists[i], count, who);
		for (size_t j = 0; j < i; j++)
			assert_false(identity_equal(&made[i], &made[j]));
	}
}

static void
hostbased_is_user_and_host_with_its_key(void **state)
{
	static const char line[] = "hostbased ssh-rsa AAAA client user \"a\", client host \"h\"";
	const char *lines[] = { line };
	char who[WHO_CAP];

	(void)state;
	assert_same(line, line);
	assert_other(line, "hostbased ssh-rsa AAAA client user \"a\", client host \"i\"");
	assert_other(line, "hostbased ssh-rsa AAAA client user \"b\", client host \"h\"");
	/* The client says which host it is; the key proves it. */
	assert_other(line, "hostbased ssh-rsa AAAB client user \"a\", client host \"h\"");
	assert_other("hostbased", "hostbased ssh-rsa AAAA");
	identity_of(lines, 1, who);
	assert_string_equal(who, "hostbased client user 'a', client host 'h'");
}

static void
a_fido_counter_does_not_count(void **state)
{
	(void)state;
	assert_same("publickey sk-ssh-ed25519@openssh.com AAAA signature count = 5",
	            "publickey sk-ssh-ed25519@openssh.com AAAA signature count = 6");
	assert_same("publickey sk-ssh-ed25519@openssh.com AAAA, signature count = 5",
	            "publickey sk-ssh-ed25519@openssh.com AAAA");
	assert_other("publickey sk-ssh-ed25519@openssh.com AAAA", "publickey sk-ssh-ed25519@openssh.com AAAB");
	assert_other("publickey ssh-rsa AAAA", "publickey ssh-dss AAAA");
}

static void
methods_in_one_class(void **state)
{
	(void)state;
	assert_same("password", "keyboard-interactive/pam");
	assert_same("keyboard-interactive", "keyboard-interactive/pam");
	assert_same("gssapi-with-mic alice@EXAMPLE.ORG", "gssapi-keyex alice@EXAMPLE.ORG");
	assert_other("gssapi-with-mic alice@EXAMPLE.ORG", "gssapi-with-mic bob@EXAMPLE.ORG");
	assert_other("hostbased ssh-rsa AAAA client user \"a\"", "hostbased ssh-rsa AAAA client user \"b\"");
	assert_other("passwordless", "password");
	assert_other("publickey", "publickey ssh-rsa AAAA");
	assert_other("none", "password");
}

static void
certificates_stand_for_ca_and_key_id(void **state)
{
	char ed[2048], ec[2048], rsa[2048], plain[2048];

	(void)state;
	snprintf(ed, sizeof ed, "publickey ssh-ed25519-cert-v01@openssh.com %s", ed25519_cert);
	snprintf(ec, sizeof ec, "publickey ecdsa-sha2-nistp256-cert-v01@openssh.com %s", ecdsa_cert);
	snprintf(rsa, sizeof rsa, "publickey ssh-rsa-cert-v01@openssh.com %s", rsa_cert);
	snprintf(plain, sizeof plain, "publickey ssh-ed25519 %s", ed25519);
	assert_same(ed, ec);
	assert_other(ed, rsa);
	assert_other(ed, plain);
}

static void
keyblob_prints_what_ssh_keygen_does(void **state)
{
	struct keyblob k;

	(void)state;
	assert_int_equal(keyblob_read(&k, ed25519, strlen(ed25519)), 0);
	assert_string_equal(k.key, ED25519_PRINT);
	assert_false(k.is_cert);
	assert_int_equal(keyblob_read(&k, ed25519_cert, strlen(ed25519_cert)), 0);
	assert_string_equal(k.key, ED25519_PRINT);
	assert_string_equal(k.ca, CA_PRINT);
	assert_true(k.is_cert);
	assert_int_equal(strlen(k.key_id), KEYBLOB_PRINT - 1);
	assert_int_equal(keyblob_read(&k, ecdsa_cert, strlen(ecdsa_cert)), 0);
	assert_string_equal(k.key, ECDSA_PRINT);
	assert_int_equal(keyblob_read(&k, rsa_cert, strlen(rsa_cert)), 0);
	assert_string_equal(k.key, RSA_PRINT);
	assert_string_equal(k.key_id, "");
	assert_int_equal(keyblob_read(&k, ca, strlen(ca)), 0);
	assert_string_equal(k.key, CA_PRINT);
}

static void
keyblob_refuses_what_is_cut_short(void **state)
{
	size_t len = strlen(ed25519_cert);

	(void)state;
	/* Past the type, every cut leaves a certificate that isn't whole. */
	for (size_t cut = 48; cut < len; cut++) {
		char *copy = (char *)exact_copy(ed25519_cert, cut);
		struct keyblob k;

		assert_int_equal(keyblob_read(&k, copy, cut), -EBADMSG);
		free(copy);
	}
}

static void
keyblob_refuses_bad_base64(void **state)
{
	static const char *const bad[] = {
		"", "A", "AAA", "AAAAA", "=AAA", "AA=A", "A===", "AAA=AAAA", "AA A", "AAA\n",
	};
	struct keyblob k;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(keyblob_read(&k, bad[i], strlen(bad[i])), -EBADMSG);
	assert_int_equal(keyblob_read(&k, "AA==", 4), 0);
	assert_int_equal(keyblob_read(&k, "AAA=", 4), 0);
}

static void
people_are_told(void **state)
{
	char key[256], who[WHO_CAP];
	const char *lines[3] = { key, "keyboard-interactive/pam", "gssapi-with-mic a\"b\\c" };

	(void)state;
	snprintf(key, sizeof key, "publickey ssh-ed25519 %s", ed25519);
	identity_of(lines, 3, who);
	assert_string_equal(who, "publickey SHA256:" ED25519_PRINT ", keyboard-interactive, gssapi a'b'c");
}

static void
people_are_not_told_too_much(void **state)
{
	char key[256], who[WHO_CAP];
	const char *lines[RECORD_AUTH_MAX];

	(void)state;
	snprintf(key, sizeof key, "publickey ssh-ed25519 %s", ed25519);
	for (unsigned i = 0; i < RECORD_AUTH_MAX; i++)
		lines[i] = key;
	memset(who, 'x', sizeof who);
	identity_of(lines, RECORD_AUTH_MAX, who);
	assert_int_equal(strlen(who), WHO_CAP - 1);
}

/* What Match Key is given. */
static void
keys_to_match(void **state)
{
	char line[2][2048], keys[AUTH_KEYS][AUTH_KEY_CAP] = { "" };
	struct record r = { .auth_count = 4, .auth = { "password", line[0], "publickey ssh-ed25519", line[1] } };
	struct identity a = {{0}}, b = {{0}};

	(void)state;
	snprintf(line[0], sizeof line[0], "publickey ssh-ed25519-cert-v01@openssh.com %s", ed25519_cert);
	snprintf(line[1], sizeof line[1], "publickey ecdsa-sha2-nistp256-cert-v01@openssh.com %s x", ecdsa_cert);
	auth_keys(&r, keys);
	assert_string_equal(keys[0], "SHA256:" ED25519_PRINT);
	assert_string_equal(keys[1], "alice-id");
	assert_string_equal(keys[2], "SHA256:" ECDSA_PRINT);
	assert_string_equal(keys[3], "alice-id");
	/* One key more than there is room for is left out. */
	r.auth[r.auth_count++] = line[0];
	auth_keys(&r, keys);
	assert_string_equal(keys[3], "alice-id");
	/* A key id is no fingerprint. */
	memset(keys, 0, sizeof keys);
	snprintf(line[0], sizeof line[0], "publickey ssh-ed25519-cert-v01@openssh.com %s", print_cert);
	r.auth_count = 2;
	auth_keys(&r, keys);
	assert_string_equal(keys[0], "SHA256:" ED25519_PRINT);
	assert_string_equal(keys[1], "");
	auth_identity_of_uid(1000, "alice", &a);
	auth_identity_of_uid(1000, "alice", &b);
	assert_true(identity_equal(&a, &b));
	auth_identity_of_uid(1001, "alice", &b);
	assert_false(identity_equal(&a, &b));
	auth_identity_of_uid(1000, "twin", &b);
	assert_false(identity_equal(&a, &b));
	auth_identity_of_uid(1000, NULL, &b);
	assert_false(identity_equal(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_unknown),
		cmocka_unit_test(is_the_sum_of_the_canonical_lines),
		cmocka_unit_test(order_does_not_count),
		cmocka_unit_test(weaker_lists_are_others),
		cmocka_unit_test(hostbased_is_user_and_host_with_its_key),
		cmocka_unit_test(a_fido_counter_does_not_count),
		cmocka_unit_test(methods_in_one_class),
		cmocka_unit_test(certificates_stand_for_ca_and_key_id),
		cmocka_unit_test(keyblob_prints_what_ssh_keygen_does),
		cmocka_unit_test(keyblob_refuses_what_is_cut_short),
		cmocka_unit_test(keyblob_refuses_bad_base64),
		cmocka_unit_test(people_are_told),
		cmocka_unit_test(people_are_not_told_too_much),
		cmocka_unit_test(keys_to_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
