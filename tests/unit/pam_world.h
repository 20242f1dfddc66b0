/* SPDX-License-Identifier: MIT */
/*
 * pam_world: the source of pam_holdfast with a libpam made of stubs, in a directory of its own, where
 * HOLDFAST_RUNDIR is "run".  Included once by each test program of the module.
 */
#ifndef HOLDFAST_PAM_WORLD_H
#define HOLDFAST_PAM_WORLD_H

#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#undef HOLDFAST_RUNDIR
#define HOLDFAST_RUNDIR "run"
#undef HOLDFAST_CONFDIR
#define HOLDFAST_CONFDIR "conf"
#define PASSWD_FILE "passwd"
#define LOGINS_OWNER logins_owner

static uid_t logins_owner;

/* What is to go wrong: the calls from the module go through these. */
static int fail_write, short_writes, fail_rename, fail_putenv, fail_set_data;

static ssize_t
test_write(int fd, const void *data, size_t len)
{
	if (short_writes) {
		/* Half of a full file system: something is written, then nothing more. */
		if (short_writes++ > 3 && fail_write) {
			errno = fail_write;
			return -1;
		}
		len = len > 10 ? 10 : len;
	} else if (fail_write) {
		errno = fail_write;
		return -1;
	}
	return (write)(fd, data, len);
}

static int
test_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	if (fail_rename) {
		errno = fail_rename;
		return -1;
	}
	return (renameat)(from_dir, from, to_dir, to);
}

#define write(fd, data, len) test_write(fd, data, len)
#define renameat(a, b, c, d) test_renameat(a, b, c, d)
#include "../../pam/passwdfile.c"
#include "../../pam/recordfile.c"
#include "../../pam/switchedoff.c"
#include "../../pam/pam_holdfast.c"
#undef write
#undef renameat

/* A handle of libpam, as far as the module looks. */
struct pam_handle {
	const char *user, *service, *host;
	const char *auth; /* SSH_AUTH_INFO_0 */
	char ticket[128]; /* HOLDFAST_TICKET, "" when not set */
	char trouble[256]; /* HOLDFAST_TROUBLE, likewise */
	struct data {
		const char *name;
		void *data;
		void (*cleanup)(pam_handle_t *pamh, void *data, int status);
	} kept[2];
	int log_lines;
	char logged[512];
};

int
pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	assert_true(type == PAM_USER || type == PAM_SERVICE || type == PAM_RHOST);
	*item = type == PAM_USER ? pamh->user : type == PAM_SERVICE ? pamh->service : pamh->host;
	return PAM_SUCCESS;
}

const char *
pam_getenv(pam_handle_t *pamh, const char *name)
{
	if (strcmp(name, "SSH_AUTH_INFO_0") == 0)
		return pamh->auth;
	if (strcmp(name, "HOLDFAST_TROUBLE") == 0)
		return pamh->trouble[0] ? pamh->trouble : NULL;
	assert_string_equal(name, "HOLDFAST_TICKET");
	return pamh->ticket[0] ? pamh->ticket : NULL;
}

int
pam_putenv(pam_handle_t *pamh, const char *name_value)
{
	if (strncmp(name_value, "HOLDFAST_TROUBLE", 16) == 0) {
		/* Without "=" it is taken away, and it was there. */
		assert_true(name_value[16] == '=' || (!name_value[16] && pamh->trouble[0]));
		assert_true(strlen(name_value) < sizeof pamh->trouble);
		strcpy(pamh->trouble, name_value[16] ? name_value + 17 : "");
		return PAM_SUCCESS;
	}
	if (strcmp(name_value, "HOLDFAST_TICKET") == 0) {
		/* libpam complains about one that is not set. */
		assert_true(pamh->ticket[0]);
		pamh->ticket[0] = '\0';
		return PAM_SUCCESS;
	}
	if (fail_putenv)
		return PAM_BUF_ERR;
	assert_memory_equal(name_value, "HOLDFAST_TICKET=", 16);
	assert_true(strlen(name_value + 16) < sizeof pamh->ticket);
	strcpy(pamh->ticket, name_value + 16);
	return PAM_SUCCESS;
}

static struct data *
find_data(pam_handle_t *pamh, const char *name)
{
	for (size_t i = 0; i < 2; i++)
		if (pamh->kept[i].name && strcmp(pamh->kept[i].name, name) == 0)
			return &pamh->kept[i];
	return NULL;
}

/* What modules have left in handles, for tests that end none: the module's data is freed at the test's end. */
static struct data left[16];

static inline void
clean_up(pam_handle_t *pamh, struct data *d, int status)
{
	for (size_t i = 0; i < sizeof left / sizeof *left; i++)
		if (d->data && left[i].data == d->data)
			left[i] = (struct data){ 0 };
	if (d->data && d->cleanup)
		d->cleanup(pamh, d->data, status);
	d->data = NULL;
}

static inline void
remember(const struct data *d)
{
	size_t i = 0;

	if (!d->data)
		return;
	while (left[i].data)
		assert_true(++i < sizeof left / sizeof *left);
	left[i] = *d;
}

int
pam_set_data(pam_handle_t *pamh, const char *name, void *data,
             void (*cleanup)(pam_handle_t *pamh, void *data, int status))
{
	struct data *d = find_data(pamh, name);

	if (data && fail_set_data)
		return PAM_BUF_ERR;
	for (size_t i = 0; !d && i < 2; i++)
		if (!pamh->kept[i].name)
			d = &pamh->kept[i];
	assert_non_null(d);
	clean_up(pamh, d, PAM_DATA_REPLACE);
	*d = (struct data){ name, data, cleanup };
	remember(d);
	return PAM_SUCCESS;
}

int
pam_get_data(const pam_handle_t *pamh, const char *name, const void **data)
{
	const struct data *d = find_data((pam_handle_t *)(uintptr_t)pamh, name);

	*data = d ? d->data : NULL;
	return *data ? PAM_SUCCESS : PAM_NO_MODULE_DATA;
}

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *fmt, ...)
{
	pam_handle_t *h = (pam_handle_t *)(uintptr_t)pamh;
	va_list ap;

	(void)priority;
	h->log_lines++;
	va_start(ap, fmt);
	vsnprintf(h->logged, sizeof h->logged, fmt, ap);
	va_end(ap);
}

/* What pam_end(3) does with a module's data. */
static inline void
end_handle(pam_handle_t *pamh)
{
	for (size_t i = 0; i < 2; i++)
		clean_up(pamh, &pamh->kept[i], PAM_SUCCESS);
}

static char start_dir[4096], scratch[] = "pam.XXXXXX";

static inline void
write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static inline int
setup(void **state)
{
	(void)state;
	logins_owner = geteuid();
	fail_write = short_writes = fail_rename = fail_putenv = fail_set_data = 0;
	strcpy(scratch, "pam.XXXXXX");
	if (!getcwd(start_dir, sizeof start_dir) || !mkdtemp(scratch) || chdir(scratch) || mkdir("run", 0755) ||
	    mkdir("run/logins", 0700) || mkdir("conf", 0755))
		return -1;
	write_text("passwd", "root:x:0:0::/:/bin/sh\n+nis\n\nalice:x:1000:1000:Alice:/home/alice:/bin/sh\n");
	return 0;
}

/* The names in run/logins that are not "." and "..": how many, the last of them in NAME. */
static inline int
count_files(char name[300])
{
	DIR *d = opendir("run/logins");
	struct dirent *e;
	int count = 0;

	assert_non_null(d);
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
			snprintf(name, 300, "%s", e->d_name);
			count++;
		}
	closedir(d);
	return count;
}

static inline int
teardown(void **state)
{
	char command[64];

	(void)state;
	for (size_t i = 0; i < sizeof left / sizeof *left; i++)
		if (left[i].data && left[i].cleanup)
			left[i].cleanup(NULL, left[i].data, PAM_SUCCESS);
	memset(left, 0, sizeof left);
	snprintf(command, sizeof command, "rm -rf %s", scratch);
	return chdir(start_dir) || system(command) ? -1 : 0;
}

static inline pam_handle_t
sample(void)
{
	return (pam_handle_t){
		.user = "alice", .service = "sshd", .auth = "publickey ssh-ed25519 AAAA\npassword\n",
	};
}

/* The first line, with ARGUMENT (may be NULL) besides. */
static inline int
begin_with(pam_handle_t *h, const char *argument)
{
	const char *argv[] = { "begin", argument };

	return pam_sm_open_session(h, 0, argument ? 2 : 1, argv);
}

/* The last line. */
static inline int
end_with(pam_handle_t *h, const char *argument)
{
	const char *argv[] = { argument };

	return pam_sm_open_session(h, 0, argument ? 1 : 0, argv);
}

/* Both lines; what modules between them have done to the environment is no matter. */
static inline int
open_with(pam_handle_t *h, const char *argument)
{
	int rc = begin_with(h, argument);

	assert_int_equal(rc, PAM_IGNORE);
	h->auth = "publickey of-an-intruder\n";
	return end_with(h, argument);
}

/* How many descriptors are open. */
static inline int
count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(d);
	while (readdir(d))
		count++;
	closedir(d);
	return count;
}

/* What is kept for close, or NULL. */
static inline const void *
ticket_of(const pam_handle_t *h)
{
	const void *data;

	pam_get_data(h, DATA_TICKET, &data);
	return data;
}

/*
 * The session is not held: nothing is there, nothing is leaked, LINES lines were logged, and the last one is in the
 * environment too.
 */
static inline void
check_stepped_aside(pam_handle_t *h, const char *argument, int lines)
{
	int before = count_descriptors();
	char name[300];

	errno = ENOTTY;
	assert_int_equal(open_with(h, argument), PAM_IGNORE);
	assert_int_equal(errno, ENOTTY);
	assert_int_equal(count_descriptors(), before);
	assert_int_equal(h->log_lines, lines);
	assert_true(lines ? h->trouble[0] && strstr(h->logged, h->trouble) : !h->trouble[0]);
	assert_string_equal(h->ticket, "");
	assert_null(ticket_of(h));
	if (access("run/logins", F_OK) == 0)
		assert_int_equal(count_files(name), 0);
	assert_int_equal(pam_sm_close_session(h, 0, 0, NULL), PAM_IGNORE);
	assert_int_equal(h->log_lines, lines);
	end_handle(h);
}

/* Reads the one record that is there. */
static inline void
read_record(const pam_handle_t *h, struct record *r, char text[RECORD_MAX + 1])
{
	char name[300], path[400];
	struct stat st;
	FILE *f;

	assert_int_equal(count_files(name), 1);
	assert_string_equal(name, h->ticket);
	snprintf(path, sizeof path, "run/logins/%s", name);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fread(text, 1, RECORD_MAX, f), st.st_size);
	fclose(f);
	assert_int_equal(record_parse(r, text, (size_t)st.st_size), 0);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
