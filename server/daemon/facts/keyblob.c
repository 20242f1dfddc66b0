/* SPDX-License-Identifier: MIT */
#include "keyblob.h"

#include <errno.h>
#include <sha2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "wire.h"

/* Certificates' types, the type of the key in them, and how many strings that key has. */
static const struct {
	const char *cert, *plain;
	unsigned strings;
} types[] = {
	{ "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", 1 },
	{ "ssh-rsa-cert-v01@openssh.com", "ssh-rsa", 2 },
	{ "ssh-dss-cert-v01@openssh.com", "ssh-dss", 4 },
	{ "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256", 2 },
	{ "ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384", 2 },
	{ "ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521", 2 },
	{ "sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", 2 },
	{ "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", 3 },
};

static void
print(char text[KEYBLOB_PRINT], const void *data, size_t len)
{
	uint8_t sum[SHA256_DIGEST_LENGTH];
	char padded[BASE64_LEN(sizeof sum) + 1];
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, data, len);
	SHA256Final(sum, &ctx);
	/* 32 bytes make 43 digits and one for padding. */
	base64_encode(sum, sizeof sum, padded);
	memcpy(text, padded, KEYBLOB_PRINT - 1);
	text[KEYBLOB_PRINT - 1] = '\0';
}

static void
copy_printable(char text[KEYBLOB_TEXT], const unsigned char *data, size_t len)
{
	if (len >= KEYBLOB_TEXT)
		return;
	for (size_t i = 0; i < len; i++)
		if (data[i] < ' ' || data[i] > '~')
			return;
	memcpy(text, data, len);
	text[len] = '\0';
}

/* R is behind the type: the key's own strings, copied behind the plain type's name into W. */
static void
copy_key(struct wire_reader *r, struct wire_writer *w, size_t type, size_t max)
{
	struct wire_bytes field;

	wire_get_string(r, &field, max); /* the nonce */
	wire_put_cstring(w, types[type].plain);
	for (unsigned i = 0; i < types[type].strings; i++) {
		wire_get_string(r, &field, max);
		wire_put_string(w, field.data, field.len);
	}
}

static int
read_cert(struct keyblob *k, struct wire_reader *r, size_t type, size_t len)
{
	struct wire_bytes id, ca, skipped;
	unsigned char *plain = malloc(len);
	struct wire_writer w;
	uint64_t number;
	uint32_t kind;
	int rc;

	if (!plain)
		return -ENOMEM;
	wire_writer_init(&w, plain, len);
	copy_key(r, &w, type, len);
	wire_get_u64(r, &number); /* serial */
	wire_get_u32(r, &kind);
	wire_get_string(r, &id, len);
	wire_get_string(r, &skipped, len); /* principals */
	wire_get_u64(r, &number);          /* valid after, before */
	wire_get_u64(r, &number);
	for (int i = 0; i < 3; i++)
		wire_get_string(r, &skipped, len); /* critical options, extensions, reserved */
	wire_get_string(r, &ca, len);
	wire_get_string(r, &skipped, len); /* signature */
	rc = wire_reader_end(r) || wire_writer_error(&w) ? -EBADMSG : 0;
	if (!rc) {
		k->is_cert = true;
		print(k->key, plain, w.len);
		print(k->ca, ca.data, ca.len);
		if (id.len)
			print(k->key_id, id.data, id.len);
		copy_printable(k->key_id_text, id.data, id.len);
	}
	free(plain);
	return rc;
}

static int
read_blob(struct keyblob *k, const unsigned char *blob, size_t len)
{
	struct wire_reader r;
	struct wire_bytes name;

	wire_reader_init(&r, blob, len);
	wire_get_string(&r, &name, len);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (name.len == strlen(types[i].cert) && memcmp(name.data, types[i].cert, name.len) == 0)
			return read_cert(k, &r, i, len);
	print(k->key, blob, len);
	return 0;
}

int
keyblob_read(struct keyblob *k, const char *text, size_t len)
{
	unsigned char *blob = malloc(len + 1);
	struct keyblob got;
	long n;
	int rc;

	if (!blob)
		return -ENOMEM;
	memset(&got, 0, sizeof got);
	n = len ? base64_decode(text, len, blob, len) : -EBADMSG;
	rc = n < 0 ? (int)n : read_blob(&got, blob, (size_t)n);
	if (!rc)
		*k = got;
	free(blob);
	return rc;
}
