/* SPDX-License-Identifier: MIT */
/*
 * heldstack: which PAM configuration a held shell's leader opens its session with.
 *
 * That of the service by which the login came, so that what the site has written for ssh logins holds for shells that
 * are held; see heldtext.h for what is left out.  It is written below PATH_PAM, into a directory that is named after the
 * service and the hash of what is in it: made once, never changed, and found again by the next leader.
 * Or a service of the site's own (PamService), as it stands.  PAM's "other" is never used.
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
 * Finds or makes the configuration for logins of SERVICE under P.  ACCOUNT: its account stage is to be run too.
 * 0; -EACCES: there is none that can be used; another negative errno.  After an error TEXT, a line for people, says why.
 */
int heldstack_find(const char *service, const struct config_policy *p, bool account, struct heldstack *h,
                   char text[TEXT_CAP]);
/*
 * The modules that such a leader runs, each once and as it is written there, in NAMES of CAP bytes each: how many, at
 * most MAX; 0 when that service can't be read.
 */
size_t heldstack_modules(const char *service, const struct config_policy *p, char *names, size_t cap, size_t max);
/* Removes what is below PATH_PAM: for holdfastd's start. */
void heldstack_sweep(void);

#endif
