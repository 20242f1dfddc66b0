/* SPDX-License-Identifier: MIT */
/* target_argv: command lines: the words of --transport, and the person's options as ssh or plink has them. */
#ifndef HOLDFAST_TARGET_ARGV_H
#define HOLDFAST_TARGET_ARGV_H

#include <stdbool.h>

#include "target_request.h"
#include "target_state.h"

/* What ssh prints first when it has logged in. */
#define TARGET_SIGN "holdfast:logged-in"

/*
 * Splits TEXT into words as a shell would ('…', "…", \), without expanding anything.  -EINVAL: a quote is open, or
 * there is no word at all; -ENOMEM.
 */
int target_split(const char *text, char ***words);
enum target_style target_style_of(char *const *command);
/* The letters of ssh's options that take an argument. */
#define TARGET_WITH_ARGUMENT "BDEFIJLOPQRSWbceilmopw"
/* Those that are about the session or about ssh's messages, and not for an ssh that carries our bytes. */
#define TARGET_NOT_FOR_BYTES "ENTfnsty"

/*
 * The options of REQUEST for a command of that STYLE that carries bytes, those before the destination and those BEHIND
 * it: 0 or -ENOMEM.
 */
int target_options(const struct target_request *request, enum target_style style, char ***options, char ***behind);

/*
 * Adds to ARGV what stands behind "ssh" on a command line that is REQUEST's own: its options but for the letters in
 * WITHOUT, MORE (one more option; NULL: none), the destination, if there is one, and the command.  0 or -ENOMEM.
 */
int target_ssh_line(char ***argv, const struct target_request *request, const char *without, const char *more);
/*
 * The words that connect: the command with its options, then the destination and the subsystem, or RUN ("-s", "resume"
 * not then).  SHARED: the connection is shared with what comes after it (target_master), or is a connection of its own
 * in any case ("none"); NULL: as the configuration says.  NULL: out of memory.
 */
char **target_transport_argv(const struct transport_target *t, bool subsystem, const char *run, const char *shared);
/*
 * The socket by which the first connection of an ssh of ours can be shared, so that a second program, or the plain ssh
 * in place of a session, costs no second one; "" where the person shares connections by the configuration.
 */
void target_master(const struct transport_target *t, char *path, size_t cap);
/* Whether the next ssh is to run the person's LocalCommand: the first that logs in. */
bool target_runs_local_command(const struct transport_target *t);
/*
 * Whether ssh starts programs that the person chose, which get its environment: ProxyCommand, ProxyJump, LocalCommand,
 * KnownHostsCommand, PKCS11Provider.  Each may start ssh or holdfast, to another host.
 */
bool target_starts_programs(const struct transport_target *t);
/*
 * Whether the next ssh prints TARGET_SIGN.  That costs a shell before the session is asked for, which the first ssh of a
 * hop is spared: whether it has logged in shows by the other node's first byte, and who waits for it has its own patience.
 */
bool target_gives_sign(const struct transport_target *t);
/* Its list is freed with it. */
void target_argv_free(char **argv);

#endif
