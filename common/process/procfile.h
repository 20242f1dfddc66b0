/* SPDX-License-Identifier: MIT */
/*
 * procfile: facts about a process that must be known before it is trusted, from its /proc directory.
 *
 * All functions take a descriptor of /proc/PID (procstat_open), so that a reused pid is an error and not another
 * process.
 */
#ifndef HOLDFAST_PROCFILE_H
#define HOLDFAST_PROCFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCFILE_LABEL_CAP 512

/* From /proc/PID/status.  -1: unknown to the kernel. */
struct procfile_status {
	uid_t uid[4]; /* real, effective, saved, filesystem */
	long umask;
	long no_new_privs;
	long seccomp;
	long seccomp_filters;
	uint64_t cap_bounding; /* 0: not in the file */
};

/* Identifies a file of the kernel; equal numbers mean the same file. */
struct procfile_id {
	dev_t dev;
	ino_t ino;
};

/*
 * Reads NAME in DIR whole into the CAP bytes at BUF: its length; -E2BIG if it does not leave one byte free; or
 * another negative errno.
 */
ssize_t procfile_read(int dir, const char *name, char *buf, size_t cap);
/*
 * Parses the LEN bytes of a status file: 0; -EBADMSG: the Uid line is missing, a line that we read occurs twice, or a
 * number is invalid.
 */
int procfile_parse_status(struct procfile_status *s, const char *text, size_t len);
/* Reads DIR's status: 0 or a negative errno (-ESRCH: gone). */
int procfile_status(int dir, struct procfile_status *s);
/* The file that the link NAME in DIR ("ns/mnt", "root", "exe") points to: 0 or a negative errno. */
int procfile_id(int dir, const char *name, struct procfile_id *id);
bool procfile_same_id(const struct procfile_id *a, const struct procfile_id *b);
/*
 * The process' security label without a newline or NUL at its end; "" without a labelling LSM: 0 or a negative
 * errno.
 */
int procfile_label(int dir, char label[PROCFILE_LABEL_CAP]);
/* Whether LABEL has SELinux's form, user:role:type with an optional :range. */
bool procfile_is_selinux(const char *label);
/* Whether A and B have the same restrictions: NoNewPrivs, Seccomp, number of filters, bounding set. */
bool procfile_same_restrictions(const struct procfile_status *a, const struct procfile_status *b);
/*
 * Whether the file NAME of the processes A and B has the same text (a missing file counts as empty), and the lines of
 * their status files that begin with one of KEYS ("Groups:", …, NULL) are the same: 1, 0 or a negative errno.
 */
int procfile_same_text(int a, int b, const char *name);
int procfile_same_lines(int a, int b, const char *const *keys);

#endif
