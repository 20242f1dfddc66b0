/* SPDX-License-Identifier: MIT */
/*
 * sk_software: a security key for OpenSSH (SecurityKeyProvider) that is a program, after OpenSSH's
 * PROTOCOL.u2f and sk-api.h, version 10.  test_fido.py compiles it.
 *
 * A key is Ed25519; its handle is the private key.  Each signature is noted in the file that SK_LOG names: "touch", and
 * " pin" behind it where one was asked for.  Where SK_FINGER is set, it waits until there is a file of that name, and
 * removes it, as if somebody had touched it.  The pin is 2468.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#define API_MAJOR 0x000a0000u
#define ED25519 1
#define USER_PRESENT 0x01
#define USER_VERIFIED 0x04
#define ERR_GENERAL (-1)
#define ERR_UNSUPPORTED (-2)
#define ERR_PIN_REQUIRED (-3)
#define KEY 32
#define SIGNATURE 64
#define PIN "2468"

struct enrolled {
	uint8_t flags;
	uint8_t *public_key;
	size_t public_key_len;
	uint8_t *handle;
	size_t handle_len;
	uint8_t *signature;
	size_t signature_len;
	uint8_t *certificate;
	size_t certificate_len;
	uint8_t *authdata;
	size_t authdata_len;
};

struct signed_ {
	uint8_t flags;
	uint32_t counter;
	uint8_t *r;
	size_t r_len;
	uint8_t *s;
	size_t s_len;
};

struct option;

uint32_t sk_api_version(void);
int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application, uint8_t flags,
              const char *pin, struct option **options, struct enrolled **response);
int sk_sign(uint32_t alg, const uint8_t *data, size_t len, const char *application, const uint8_t *handle,
            size_t handle_len, uint8_t flags, const char *pin, struct option **options, struct signed_ **response);
int sk_load_resident_keys(const char *pin, struct option **options, void ***keys, size_t *count);

uint32_t
sk_api_version(void)
{
	return API_MAJOR;
}

int
sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application, uint8_t flags,
          const char *pin, struct option **options, struct enrolled **response)
{
	struct enrolled *r = calloc(1, sizeof *r);
	EVP_PKEY *key = NULL;
	size_t len = KEY;
	int rc = ERR_GENERAL;

	(void)challenge, (void)challenge_len, (void)application, (void)options;
	if (alg != ED25519 || !r) {
		free(r);
		return ERR_UNSUPPORTED;
	}
	if ((flags & USER_VERIFIED) && (!pin || strcmp(pin, PIN) != 0)) {
		free(r);
		return ERR_PIN_REQUIRED;
	}
	r->flags = flags;
	r->public_key = calloc(1, KEY);
	r->handle = calloc(1, KEY);
	r->signature = calloc(1, SIGNATURE); /* of an attestation, which nobody looks at */
	r->signature_len = SIGNATURE;
	if (r->public_key && r->handle && r->signature && RAND_bytes(r->handle, KEY) == 1 &&
	    (key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, r->handle, KEY)) &&
	    EVP_PKEY_get_raw_public_key(key, r->public_key, &len) == 1) {
		r->public_key_len = r->handle_len = KEY;
		*response = r;
		rc = 0;
	}
	EVP_PKEY_free(key);
	return rc;
}

static void
note(const char *text)
{
	const char *path = getenv("SK_LOG");
	FILE *f = path ? fopen(path, "a") : NULL;

	if (f) {
		fputs(text, f);
		fclose(f);
	}
}

static void
wait_for_touch(void)
{
	const char *path = getenv("SK_FINGER");

	while (path && unlink(path) < 0)
		usleep(5000);
}

/* SHA256(application), flags, counter, SHA256(data): PROTOCOL.u2f. */
int
sk_sign(uint32_t alg, const uint8_t *data, size_t len, const char *application, const uint8_t *handle,
        size_t handle_len, uint8_t flags, const char *pin, struct option **options, struct signed_ **response)
{
	uint8_t text[2 * SHA256_DIGEST_LENGTH + 5] = { 0 };
	struct signed_ *r;
	EVP_MD_CTX *md = NULL;
	EVP_PKEY *key = NULL;
	int rc = ERR_GENERAL;

	(void)options;
	if (alg != ED25519 || handle_len != KEY)
		return ERR_UNSUPPORTED;
	if ((flags & USER_VERIFIED) && (!pin || strcmp(pin, PIN) != 0))
		return ERR_PIN_REQUIRED;
	wait_for_touch();
	note(flags & USER_VERIFIED ? "touch pin\n" : "touch\n");
	r = calloc(1, sizeof *r);
	if (!r || !(r->r = calloc(1, SIGNATURE)))
		return ERR_GENERAL;
	r->flags = flags;
	r->counter = 7;
	r->r_len = SIGNATURE;
	SHA256((const unsigned char *)application, strlen(application), text);
	text[SHA256_DIGEST_LENGTH] = flags;
	text[SHA256_DIGEST_LENGTH + 4] = (uint8_t)r->counter;
	SHA256(data, len, text + SHA256_DIGEST_LENGTH + 5);
	if ((key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, handle, KEY)) && (md = EVP_MD_CTX_new()) &&
	    EVP_DigestSignInit(md, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestSign(md, r->r, &r->r_len, text, sizeof text) == 1) {
		*response = r;
		rc = 0;
	}
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(key);
	return rc;
}

int
sk_load_resident_keys(const char *pin, struct option **options, void ***keys, size_t *count)
{
	(void)pin, (void)options, (void)keys, (void)count;
	return ERR_UNSUPPORTED;
}
