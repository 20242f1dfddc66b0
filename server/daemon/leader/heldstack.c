/* SPDX-License-Identifier: MIT */
#include "heldstack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "heldtext.h"
#include "pamconf.h"
#include "paths.h"
#include "rundir.h"

#define DEFAULT_FILE "other" /* what libpam takes for a type that the service has no line of */
#define DEFAULT_TEXT \
	"auth required pam_deny.so\naccount required pam_deny.so\npassword required pam_deny.so\nsession required pam_deny.so\n"
#define HASH_TEXT 33 /* half of a SHA-256 in hexadecimal, with its NUL */

static int __attribute__((format(printf, 3, 4)))
say(char text[TEXT_CAP], int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, TEXT_CAP, fmt, ap);
	va_end(ap);
	return rc;
}

/* Whether NAME can be the name of a service and of a file: libpam takes it in lower case. */
static bool
service_ok(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < HELDSTACK_SERVICE_CAP && name[0] != '.' && strcmp(name, DEFAULT_FILE) != 0 &&
	       strspn(name, CONFIG_SERVICE_CHARS) == len;
}

/* Reads SERVICE: 0, or a negative errno with TEXT filled. */
static int
read_service(struct pamconf *c, const char *service, char text[TEXT_CAP])
{
	int rc = pamconf_read(c, service);

	if (rc == -ENOENT)
		return say(text, -EACCES, "there is no PAM service \"%s\"", service);
	if (rc == -EBADMSG || rc == -EACCES)
		return say(text, -EACCES, "PAM's configuration: %s", c->error);
	return rc ? say(text, rc, "PAM service \"%s\": %s", service, strerror(-rc)) : 0;
}

/* libpam takes missing types from "other", which has no rules of the site for ssh logins. */
static int
check_types(const struct pamconf *c, const char *service, bool account, char text[TEXT_CAP])
{
	static const enum pamconf_type types[] = { PAMCONF_SESSION, PAMCONF_AUTH, PAMCONF_ACCOUNT };

	for (size_t i = 0; i < (account ? 3 : 2); i++)
		if (!pamconf_has_type(c, types[i]))
			return say(text, -EACCES, "PAM service \"%s\" has no %s line", service, pamconf_type_name(types[i]));
	return 0;
}

static int
write_file(int dir, const char *name, const char *text, size_t len)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), rc;

	if (fd < 0)
		return -errno;
	rc = fd_write_all(fd, text, len);
	if (close(fd) && !rc)
		rc = -errno;
	return rc;
}

static int
write_all(int dir, const char *service, const struct heldtext *t)
{
	int rc = write_file(dir, DEFAULT_FILE, DEFAULT_TEXT, sizeof DEFAULT_TEXT - 1);
	char name[16];

	for (unsigned i = 0; !rc && i < t->count; i++) {
		snprintf(name, sizeof name, "+%u", i);
		rc = write_file(dir, i ? name : service, t->v[i].text, t->v[i].len);
	}
	return rc;
}

/* Removes the directory NAME in BASE with the files in it. */
static void
remove_set(int base, const char *name)
{
	int fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	while (d && (e = readdir(d)))
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	unlinkat(base, name, AT_REMOVEDIR);
}

/* Makes the directory NAME in BASE, under another name until it is complete.  Another leader may be faster. */
static int
write_set(int base, const char *name, const char *service, const struct heldtext *t)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	char temp[32];
	int fd, rc;

	snprintf(temp, sizeof temp, ".new-%d", (int)getpid());
	remove_set(base, temp);
	if (mkdirat(base, temp, 0700))
		return -errno;
	fd = openat(base, temp, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* The limits are the user's already; one of the size of files is to be an error. */
	sigaction(SIGXFSZ, &ignore, &before);
	rc = fd < 0 ? -errno : write_all(fd, service, t);
	sigaction(SIGXFSZ, &before, NULL);
	if (fd >= 0)
		close(fd);
	if (!rc && renameat(base, temp, base, name))
		rc = errno == EEXIST || errno == ENOTEMPTY ? -EEXIST : -errno;
	if (rc)
		remove_set(base, temp);
	return rc == -EEXIST ? 0 : rc;
}

/* PATH_PAM, made where it is not there: a descriptor or a negative errno. */
static int
open_base(void)
{
	if (mkdir(PATH_PAM, 0700) && errno != EEXIST)
		return -errno;
	return rundir_open(PATH_PAM, 0700);
}

/* Half of the hash of all texts. */
static void
hash(const struct heldtext *t, char out[HASH_TEXT])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	for (unsigned i = 0; i < t->count; i++) {
		uint64_t len = t->v[i].len;

		SHA256Update(&ctx, (const uint8_t *)&len, sizeof len);
		SHA256Update(&ctx, (const uint8_t *)t->v[i].text, t->v[i].len);
	}
	SHA256Final(digest, &ctx);
	for (size_t i = 0; i < (HASH_TEXT - 1) / 2; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* Sees to it that the texts from *C are on disk, and puts their directory into H. */
static int
store(const struct pamconf *c, const char *skip, bool account, struct heldstack *h)
{
	char path[2 * HELDSTACK_SERVICE_CAP + HASH_TEXT], digits[HASH_TEXT];
	struct heldtext t;
	int base, rc;

	/* The hash can't have itself in it: it is that of the texts without their directory. */
	rc = heldtext_make(&t, c, skip, account, "");
	if (!rc)
		hash(&t, digits);
	heldtext_free(&t);
	if (rc)
		return rc;
	snprintf(h->dir, sizeof h->dir, "%s/%s-%s", PATH_PAM, h->service, digits);
	base = open_base();
	if (base < 0)
		return base;
	snprintf(path, sizeof path, "%s-%s/%s", h->service, digits, h->service);
	if (faccessat(base, path, R_OK, 0)) {
		rc = heldtext_make(&t, c, skip, account, h->dir);
		if (!rc)
			rc = write_set(base, h->dir + sizeof PATH_PAM, h->service, &t);
		heldtext_free(&t);
	}
	close(base);
	return rc;
}

int
heldstack_find(const char *service, const struct config_policy *p, bool account, struct heldstack *h,
               char text[TEXT_CAP])
{
	bool own = p->pam_service[0] != '\0';
	const char *name = own ? p->pam_service : service;
	struct pamconf c = { 0 };
	int rc;

	memset(h, 0, sizeof *h);
#ifndef HAVE_PAM_START_CONFDIR
	if (!own)
		return say(text, -EACCES, "libpam is too old for a generated configuration: set PamService");
#endif
	if (!service_ok(name))
		return say(text, -EACCES, "\"%.64s\" is not a valid name of a PAM service", name);
	snprintf(h->service, sizeof h->service, "%s", name);
	rc = read_service(&c, name, text);
	if (!rc)
		rc = check_types(&c, name, account, text);
	if (!rc && !own) {
		rc = store(&c, p->pam_skip, account, h);
		if (rc)
			say(text, rc, "cannot write the PAM configuration to %s: %s", PATH_PAM, strerror(-rc));
	}
	pamconf_free(&c);
	return rc;
}

size_t
heldstack_modules(const char *service, const struct config_policy *p, char *names, size_t cap, size_t max)
{
	bool own = p->pam_service[0] != '\0';
	struct pamconf c;
	size_t count = 0;

	if (pamconf_read(&c, own ? p->pam_service : service))
		c.count = 0;
	for (size_t i = 0; i < c.count && count < max; i++) {
		const struct pamconf_line *l = &c.v[i];
		size_t j = 0;

		if (l->substack || (!own && !heldtext_runs(l, p->pam_skip, false)) || strlen(l->module) >= cap)
			continue;
		while (j < count && strcmp(names + j * cap, l->module) != 0)
			j++;
		if (j == count)
			strcpy(names + count++ * cap, l->module);
	}
	pamconf_free(&c);
	return count;
}

void
heldstack_sweep(void)
{
	int fd = rundir_open(PATH_PAM, 0700);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			remove_set(dirfd(d), e->d_name);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}
