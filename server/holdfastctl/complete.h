/* SPDX-License-Identifier: MIT */
/*
 * complete: what a shell may offer behind the words of a command line (`holdfastctl --complete WORD...`, which the
 * files in completions/ call).  The subcommands' usage and help say which options and arguments there are.
 *
 * Each line is a word, and behind a tab a few words about it.  ":files" and ":users" stand for all files and users,
 * which shells complete by themselves.
 */
#ifndef HOLDFAST_COMPLETE_H
#define HOLDFAST_COMPLETE_H

#include "ctl.h"

/* WORDS (COUNT of them) stand behind "holdfastctl"; the last one, which may be empty, is to be completed.  CTL_OK. */
int complete_run(const struct ctl_command *const *commands, size_t command_count, int count, char **words);

#endif
