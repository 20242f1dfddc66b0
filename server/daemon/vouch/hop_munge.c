/* SPDX-License-Identifier: MIT */
#include "hop_munge.h"

#include <errno.h>
#include <stdio.h>

#ifdef HAVE_MUNGE

#include <dlfcn.h>
#include <munge.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define LIBRARY "libmunge.so.2"

struct library {
	__typeof__(munge_encode) *encode;
	__typeof__(munge_decode) *decode;
	__typeof__(munge_strerror) *strerror;
};

/* It stays: this process ends soon. */
static int
load(struct library *l, char error[TEXT_CAP])
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (handle) {
		l->encode = (__typeof__(munge_encode) *)dlsym(handle, "munge_encode");
		l->decode = (__typeof__(munge_decode) *)dlsym(handle, "munge_decode");
		l->strerror = (__typeof__(munge_strerror) *)dlsym(handle, "munge_strerror");
		if (l->encode && l->decode && l->strerror)
			return 0;
	}
	snprintf(error, TEXT_CAP, "cannot use " LIBRARY ": %.300s", dlerror());
	return -ENOSYS;
}

int
hop_munge_make(const void *claim, size_t len, unsigned char *out, size_t cap, char error[TEXT_CAP])
{
	struct library l;
	char *cred = NULL;
	munge_err_t err;
	int rc = load(&l, error);

	if (rc)
		return rc;
	err = l.encode(&cred, NULL, claim, (int)len);
	if (err != EMUNGE_SUCCESS || !cred) {
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
is_genuine(munge_err_t err)
{
	return err == EMUNGE_SUCCESS || err == EMUNGE_CRED_EXPIRED || err == EMUNGE_CRED_REWOUND;
}

/* Whether munged could not be asked, in place of an answer about the credential. */
static bool
is_trouble(munge_err_t err)
{
	return err == EMUNGE_SNAFU || err == EMUNGE_NO_MEMORY || err == EMUNGE_SOCKET || err == EMUNGE_TIMEOUT;
}

int
hop_munge_check(const void *claim, size_t len, const void *cred, size_t cred_len, char error[TEXT_CAP])
{
	struct library l;
	void *payload = NULL;
	int payload_len = 0, rc = load(&l, error);
	uid_t uid = (uid_t)-1;
	gid_t gid = (gid_t)-1;
	munge_err_t err;
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

#else

int
hop_munge_make(const void *claim, size_t len, unsigned char *out, size_t cap, char error[TEXT_CAP])
{
	(void)claim, (void)len, (void)out, (void)cap;
	snprintf(error, TEXT_CAP, "holdfastd was built without munge");
	return -ENOSYS;
}

int
hop_munge_check(const void *claim, size_t len, const void *cred, size_t cred_len, char error[TEXT_CAP])
{
	(void)claim, (void)len, (void)cred, (void)cred_len;
	snprintf(error, TEXT_CAP, "holdfastd was built without munge");
	return -ENOSYS;
}

#endif
