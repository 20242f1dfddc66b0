/* SPDX-License-Identifier: MIT */
/*
 * heldstack: the PAM configuration that a held shell's leader opens its session with.
 *
 * By default the configuration of the service that the login came by, so that the site's rules for ssh logins hold
 * for held shells; heldtext.h says which modules are left out.  It is written below PATH_PAM, into a directory named
 * after the service and the hash of its content: made once, never changed, and found again by the next leader. Or
 * another service of the site (PamService), as it stands.  PAM's "other" is never used.
 */
#ifndef HOLDFAST_HELDSTACK_H
#define HOLDFAST_HELDSTACK_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"
#include "config.h"

#define HELDSTACK_SERVICE_CAP 64

struct heldstack {
	char service[HELDSTACK_SERVICE_CAP]; /* for pam_start */
	char dir[PATH_CAP];                  /* for pam_start_confdir; "": the system's own */
};

/*
 * Finds or makes the configuration for logins of SERVICE under P.  ACCOUNT: with the account stage.
 * 0; -EACCES: no usable service; another negative errno.  After an error TEXT, a line for people, gives the reason.
 */
int heldstack_find(const char *service, const struct config_policy *p, bool account, struct heldstack *h,
                   char text[TEXT_CAP]);
/*
 * The modules that such a leader runs, each once and as the configuration names it, in NAMES of CAP bytes
 * each.  Returns their number, at most MAX; 0 if the service cannot be read.
 */
size_t heldstack_modules(const char *service, const struct config_policy *p, char *names, size_t cap, size_t max);
/* Removes everything below PATH_PAM: for holdfastd's start, and where rundir_is_left(). */
void heldstack_sweep(void);

#endif
