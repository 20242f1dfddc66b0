/* SPDX-License-Identifier: MIT */
/*
 * log: writes one line to syslog (facility authpriv) and, on request, to standard error.
 *
 * Control characters and bytes over 126 in the finished line are written as \ooo, so that bytes from a peer
 * cannot forge a line.  Not for pam/, which has pam_syslog.
 */
#ifndef HOLDFAST_LOG_H
#define HOLDFAST_LOG_H

#include <stdbool.h>

/* PROGRAM must stay valid.  STDERR_TOO: also write lines to standard error ("PROGRAM: line"). */
void log_open(const char *program, bool stderr_too);
/* PRIORITY is a syslog(3) level: LOG_INFO, LOG_WARNING, LOG_ERR … */
void log_line(int priority, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, with the function's name before the text and that of ERR (an errno, either sign) after it. */
#define log_errno(priority, err, ...) log_errno_at(priority, __func__, err, __VA_ARGS__)
void log_errno_at(int priority, const char *function, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same for a finished LINE, of up to LOG_TEXT_MAX characters when it is escaped. */
#define LOG_TEXT_MAX 4095
void log_text(int priority, const char *line);
/*
 * For a printable LINE that goes to the host's log in another way (logfields.h): the program; standard error on
 * request.
 */
const char *log_program_name(void);
void log_echo(const char *line);
/* Writes STR to DST (CAP bytes, always ended by NUL) with control characters and bytes over 126 as \ooo. */
void log_escape(char *dst, unsigned long cap, const char *str);

#endif
