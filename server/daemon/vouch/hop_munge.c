/* SPDX-License-Identifier: MIT */
#include "hop_munge.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hop_munge_library.h"

/* Copied, because ISO C knows no conversion from an object's pointer to a function's. */
static bool
find(void *library, const char *name, void *function)
{
	void *at = dlsym(library, name);

	memcpy(function, &at, sizeof at);
	return at != NULL;
}

/* It stays: this process ends soon. */
static int
load(struct munge_library *l, char error[TEXT_CAP])
{
	void *library = dlopen(MUNGE_LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (library && find(library, "munge_encode", &l->encode) && find(library, "munge_decode", &l->decode) &&
	    find(library, "munge_strerror", &l->strerror))
		return 0;
	snprintf(error, TEXT_CAP, "cannot use " MUNGE_LIBRARY ": %.300s", dlerror());
	return -ENOSYS;
}

int
hop_munge_make(const void *claim, size_t len, unsigned char *out, size_t cap, char error[TEXT_CAP])
{
	struct munge_library l;
	char *cred = NULL;
	int err;
	int rc = load(&l, error);

	if (rc)
		return rc;
	err = l.encode(&cred, NULL, claim, (int)len);
	if (err != MUNGE_SUCCESS || !cred) {
		snprintf(error, TEXT_CAP, "munge: %.300s", l.strerror(err));
		rc = -EIO;
	} else if (strlen(cred) > cap) {
		snprintf(error, TEXT_CAP, "munge: a credential of more than %zu bytes", cap);
		rc = -EMSGSIZE;
	} else {
		rc = (int)strlen(cred);
		memcpy(out, cred, (size_t)rc);
	}
	free(cred);
	return rc;
}

/* Whether the credential is genuine, whatever the clocks say.  One that this host has decoded before is not taken. */
static bool
is_genuine(int err)
{
	return err == MUNGE_SUCCESS || err == MUNGE_CRED_EXPIRED || err == MUNGE_CRED_REWOUND;
}

/* Whether munged could not be asked, in place of an answer about the credential. */
static bool
is_trouble(int err)
{
	return err == MUNGE_SNAFU || err == MUNGE_NO_MEMORY || err == MUNGE_SOCKET || err == MUNGE_TIMEOUT;
}

int
hop_munge_check(const void *claim, size_t len, const void *cred, size_t cred_len, char error[TEXT_CAP])
{
	struct munge_library l;
	void *payload = NULL;
	int payload_len = 0, rc = load(&l, error);
	uid_t uid = (uid_t)-1;
	gid_t gid = (gid_t)-1;
	int err;
	char *text;

	if (rc)
		return rc;
	text = strndup(cred, cred_len);
	if (!text)
		return -ENOMEM;
	err = l.decode(text, NULL, &payload, &payload_len, &uid, &gid);
	rc = is_trouble(err) ? -EIO : -EKEYREJECTED;
	if (!is_genuine(err))
		snprintf(error, TEXT_CAP, "munge: %.300s", l.strerror(err));
	else if (uid != 0)
		snprintf(error, TEXT_CAP, "munge: the credential is of uid %lu, and not of root", (unsigned long)uid);
	else if (!payload || payload_len < 0 || (size_t)payload_len != len || memcmp(payload, claim, len) != 0)
		snprintf(error, TEXT_CAP, "munge: the credential is of another claim");
	else
		rc = 0;
	free(payload);
	free(text);
	return rc;
}
