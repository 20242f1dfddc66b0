/* SPDX-License-Identifier: MIT */
/* kexinit, algorithms: what a host offers, from bytes however they come, and what that means for libssh. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libssh/libssh.h>

#include "algorithms.h"
#include "wire.h"

#define GREETING "banner of the host\r\nSSH-2.0-OpenSSH_9.2\r\n"

static unsigned char bytes[4096];
static size_t len;

/* A host's first bytes with these lists; the padding is 6 bytes. */
static void
make(const char *const lists[KEXINIT_LISTS])
{
	unsigned char payload[2048] = { 20 };
	struct wire_writer w;

	wire_writer_init(&w, payload + 17, sizeof payload - 17);
	for (unsigned i = 0; i < KEXINIT_LISTS; i++)
		wire_put_cstring(&w, lists[i]);
	for (unsigned i = 0; i < 4; i++)
		wire_put_cstring(&w, "none");
	assert_int_equal(wire_writer_error(&w), 0);
	len = strlen(GREETING);
	memcpy(bytes, GREETING, len);
	wire_writer_init(&w, bytes + len, sizeof bytes - len);
	wire_put_u32(&w, (uint32_t)(1 + 17 + 500 + 6));
	wire_put_u8(&w, 6);
	wire_put_raw(&w, payload, 17 + 500);
	wire_put_raw(&w, "paddin", 6);
	assert_int_equal(wire_writer_error(&w), 0);
	len += w.len;
}

static const char *const modern[KEXINIT_LISTS] = {
	"mlkem768x25519-sha256,sntrup761x25519-sha512@openssh.com,curve25519-sha256", "ssh-ed25519,rsa-sha2-512",
	"aes128-ctr,aes256-gcm@openssh.com", "aes128-ctr,aes256-gcm@openssh.com",
	"umac-64@openssh.com,hmac-sha2-256", "umac-64@openssh.com,hmac-sha2-256",
};

static void
test_every_length(void **state)
{
	struct kexinit k;

	(void)state;
	make(modern);
	for (size_t n = 0; n < len; n++)
		assert_int_equal(kexinit_parse(bytes, n, &k), 0);
	assert_int_equal(kexinit_parse(bytes, len, &k), 1);
	for (unsigned i = 0; i < KEXINIT_LISTS; i++)
		assert_string_equal(k.lists[i], modern[i]);
	kexinit_free(&k);
}

static void
test_hostile(void **state)
{
	size_t packet = strlen(GREETING);
	struct kexinit k;

	(void)state;
	make(modern);
	bytes[packet] = 1; /* 16 MB */
	assert_int_equal(kexinit_parse(bytes, len, &k), -EBADMSG);
	make(modern);
	bytes[packet + 4] = 255; /* all of it and more is padding, as far as the length goes */
	bytes[packet + 2] = 0;
	assert_int_equal(kexinit_parse(bytes, len, &k), -EBADMSG);
	make(modern);
	bytes[packet + 5] = 21; /* another message */
	assert_int_equal(kexinit_parse(bytes, len, &k), -EBADMSG);
	make(modern);
	memset(bytes + packet + 5 + 17, 0xff, 4); /* a list longer than its packet */
	assert_int_equal(kexinit_parse(bytes, len, &k), -EBADMSG);
	make(modern);
	bytes[packet + 5 + 17 + 4] = '\0'; /* a name that is cut */
	assert_int_equal(kexinit_parse(bytes, len, &k), -EBADMSG);
	memset(bytes, 'x', sizeof bytes);
	assert_int_equal(kexinit_parse(bytes, sizeof bytes, &k), 0);
}

/* Bytes come one by one, and are read behind our back only as far as they have been seen. */
static void
test_look(void **state)
{
	struct kexinit_watch w = { NULL, 0 };
	struct kexinit k;
	char byte;
	int p[2];

	(void)state;
	make(modern);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p), 0);
	for (size_t n = 0; n < len; n++) {
		assert_int_equal(write(p[1], bytes + n, 1), 1);
		assert_int_equal(kexinit_look(&w, p[0], n, &k), n + 1 == len);
		assert_int_equal(read(p[0], &byte, 1), 1);
	}
	assert_string_equal(k.lists[HOST_KEY], modern[HOST_KEY]);
	kexinit_free(&k);
	assert_int_equal(kexinit_look(&w, p[0], len + 1, &k), -ESTALE);
	kexinit_watch_end(&w);
	close(p[0]);
	close(p[1]);
}

struct row {
	const char *kex, *ciphers, *macs, *words; /* of the client; WORDS: what ssh is needed for, NULL: nothing */
};

static void
test_algorithms(void **state)
{
	static const struct row rows[] = {
		{ "curve25519-sha256", "aes256-gcm@openssh.com", "hmac-sha2-256", NULL },
		{ "curve25519-sha256,no-such-kex", "aes128-ctr", "hmac-sha2-256", NULL },
		{ "curve25519-sha256", "aes128-ctr", "umac-64@openssh.com,hmac-sha2-256", NULL },
		{ "curve25519-sha256", "aes128-ctr", "umac-64@openssh.com", "MAC umac-64@openssh.com" },
		{ "curve25519-sha256", "aes256-gcm@openssh.com", "umac-64@openssh.com", NULL }, /* no MAC is needed */
		{ "mlkem1024nistp384-sha384,curve25519-sha256", "aes128-ctr", "hmac-sha2-256",
		  NULL }, /* the host has none */
		{ "diffie-hellman-group14-sha256", "aes128-ctr", "hmac-sha2-256",
		  NULL }, /* nobody agrees: libssh says so */
	};
	struct sshconfig c = { .host_key_algorithms = (char[]){ "ssh-ed25519" } };
	struct kexinit k;
	char why[200];

	(void)state;
	make(modern);
	assert_int_equal(kexinit_parse(bytes, len, &k), 1);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		c.kex = strdup(rows[i].kex);
		c.ciphers = strdup(rows[i].ciphers);
		c.macs = strdup(rows[i].macs);
		assert_int_equal(algorithms_need_ssh(&c, &k, why, sizeof why), rows[i].words != NULL);
		if (rows[i].words)
			assert_non_null(strstr(why, rows[i].words));
		free(c.kex);
		free(c.ciphers);
		free(c.macs);
	}
	kexinit_free(&k);
}

/* libssh has them from 0.12 on: the answer is this libssh's. */
static void
post_quantum(const char *name)
{
	struct sshconfig c = { .host_key_algorithms = (char[]){ "ssh-ed25519" } };
	ssh_session s = ssh_new();
	bool has = ssh_options_set(s, SSH_OPTIONS_KEY_EXCHANGE, name) == SSH_OK;
	char kex[200], why[200] = "";
	struct kexinit k;

	snprintf(kex, sizeof kex, "%s,curve25519-sha256", name);
	c.kex = kex;
	make(modern);
	assert_int_equal(kexinit_parse(bytes, len, &k), 1);
	assert_int_equal(algorithms_need_ssh(&c, &k, why, sizeof why), !has);
	if (!has)
		assert_non_null(strstr(why, name));
	kexinit_free(&k);
	ssh_free(s);
}

static void
test_post_quantum(void **state)
{
	(void)state;
	post_quantum("sntrup761x25519-sha512@openssh.com");
	post_quantum("mlkem768x25519-sha256");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_post_quantum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
