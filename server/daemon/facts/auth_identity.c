/* SPDX-License-Identifier: MIT */
#include "auth_identity.h"

#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "keyblob.h"

/* Whether LINE's first word is WORD, or begins with it when PREFIX says so. */
static bool
method_is(const char *line, const char *word, bool prefix)
{
	size_t len = strlen(word);

	return strncmp(line, word, len) == 0 && (prefix || line[len] == ' ' || line[len] == '\0');
}

/* The part of LINE behind its first word. */
static const char *
rest_of(const char *line)
{
	const char *blank = strchr(line, ' ');

	return blank ? blank + 1 : "";
}

/* LINE is "publickey TYPE BLOB…": its canonical form and the words for people. */
static int
publickey_line(const char *line, char **out, char who[WHO_CAP])
{
	const char *type = rest_of(line), *blob = rest_of(type);
	size_t type_len = strcspn(type, " "), blob_len = strspn(blob, BASE64_DIGITS);
	struct keyblob k;
	int n, rc = keyblob_read(&k, blob, blob_len);

	if (rc == -ENOMEM)
		return rc;
	if (!blob_len)
		n = asprintf(out, "%s", line);
	else if (!rc && k.is_cert)
		n = asprintf(out, "publickey-cert %s %s", k.ca, k.key_id[0] ? k.key_id : k.key);
	else
		n = asprintf(out, "publickey %.*s %.*s", (int)type_len, type, (int)blob_len, blob);
	if (rc)
		snprintf(who, WHO_CAP, "publickey");
	else
		snprintf(who, WHO_CAP, "publickey SHA256:%s", k.key);
	return n < 0 ? -ENOMEM : 0;
}

/* LINE is "hostbased TYPE BLOB client user …, client host …": for people, the part behind the key. */
static const char *
hostbased_who(const char *line)
{
	return rest_of(rest_of(rest_of(line)));
}

/* The canonical form of one method's LINE in *OUT (the caller's to free), and the text for people in WHO. */
static int
canonical(const char *line, char **out, char who[WHO_CAP])
{
	int n;

	if (method_is(line, "publickey", false))
		return publickey_line(line, out, who);
	snprintf(who, WHO_CAP, "%.*s", (int)strcspn(line, " /"), line);
	if (method_is(line, "password", false) || method_is(line, "keyboard-interactive", true)) {
		n = asprintf(out, "password");
	} else if (method_is(line, "gssapi-", true)) {
		n = asprintf(out, "gssapi %s", rest_of(line));
		snprintf(who, WHO_CAP, "gssapi %s", rest_of(line));
	} else {
		n = asprintf(out, "%s", line);
		if (method_is(line, "hostbased", false))
			snprintf(who, WHO_CAP, "hostbased %s", hostbased_who(line));
	}
	return n < 0 ? -ENOMEM : 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Nothing for the former identity, which has no name: USER is NULL. */
static void
add_user(SHA2_CTX *ctx, const char *user)
{
	if (!user)
		return;
	SHA256Update(ctx, (const uint8_t *)"user ", 5);
	SHA256Update(ctx, (const uint8_t *)user, strlen(user));
	SHA256Update(ctx, (const uint8_t *)"\n", 1);
}

static void
digest(const char *user, char **lines, size_t count, struct identity *id)
{
	SHA2_CTX ctx;

	_Static_assert(IDENTITY_BYTES == SHA256_DIGEST_LENGTH, "an identity is a SHA-256");
	qsort(lines, count, sizeof *lines, compare);
	SHA256Init(&ctx);
	add_user(&ctx, user);
	for (size_t i = 0; i < count; i++) {
		SHA256Update(&ctx, (const uint8_t *)lines[i], strlen(lines[i]));
		SHA256Update(&ctx, (const uint8_t *)"\n", 1);
	}
	SHA256Final(id->bytes, &ctx);
}

/* Adds TEXT to WHO as far as there is room.  Quotes would end the field in an audit line. */
static void
append(char who[WHO_CAP], const char *text)
{
	size_t len = strlen(who);

	for (; *text && len < WHO_CAP - 1; text++)
		who[len++] = (char)(*text == '"' || *text == '\\' ? '\'' : *text);
	who[len] = '\0';
}

int
auth_identity(const struct record *r, struct identity *id, struct identity *former, char who[WHO_CAP])
{
	char *lines[RECORD_AUTH_MAX] = {0}, text[WHO_CAP] = "", part[WHO_CAP];
	struct identity made = {0}, before = {0};
	unsigned count = 0;
	int rc = 0;

	for (; !rc && count < r->auth_count; count++) {
		rc = canonical(r->auth[count], &lines[count], part);
		if (rc) {
			lines[count] = NULL; /* asprintf leaves it undefined */
			break;
		}
		append(text, count ? ", " : "");
		append(text, part);
	}
	if (!rc) {
		if (count) {
			digest(r->user, lines, count, &made);
			digest(NULL, lines, count, &before);
		}
		*id = made;
		*former = before;
		memcpy(who, text, WHO_CAP);
	}
	for (unsigned i = 0; i < RECORD_AUTH_MAX; i++)
		free(lines[i]);
	return rc;
}

void
auth_identity_of_uid(uid_t uid, const char *user, struct identity *id)
{
	char text[32];
	SHA2_CTX ctx;
	int len = snprintf(text, sizeof text, "uid %lu\n", (unsigned long)uid);

	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)text, (size_t)len);
	add_user(&ctx, user);
	SHA256Final(id->bytes, &ctx);
}
