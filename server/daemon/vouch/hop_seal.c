/* SPDX-License-Identifier: MIT */
#include "hop_seal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "hop_mac.h"
#include "hop_munge.h"
#include "poolkeys.h"

_Static_assert(sizeof((struct poolkey *)0)->id == FRAME_HOP_METHOD, "the id of a key is a method");

static int
make_by_munge(const void *claim, size_t len, struct hop_seal *seal, char error[TEXT_CAP])
{
	int n = hop_munge_make(claim, len, seal->mac, sizeof seal->mac, error);

	if (n < 0)
		return n;
	seal->len = (size_t)n;
	memcpy(seal->method, POOLKEYS_MUNGE, sizeof POOLKEYS_MUNGE);
	return 0;
}

int
hop_seal_make(const char *keys, const void *claim, size_t len, struct hop_seal *seal, char error[TEXT_CAP])
{
	struct poolkeys k;
	int rc;

	memset(seal, 0, sizeof *seal);
	if (!keys)
		return make_by_munge(claim, len, seal, error);
	rc = poolkeys_read(keys, &k, error);
	if (!rc) {
		hop_mac(k.v[0].secret, k.v[0].len, claim, len, seal->mac);
		seal->len = HOP_MAC_BYTES;
		memcpy(seal->method, k.v[0].id, sizeof seal->method);
	}
	poolkeys_wipe(&k);
	return rc;
}

/* By the key of V's method in K. */
static int
check_by_key(const struct poolkeys *k, const struct frame_hop_voucher *v, char error[TEXT_CAP])
{
	const struct poolkey *key = poolkeys_find(k, v->method);
	unsigned char mac[HOP_MAC_BYTES];

	if (!key) {
		snprintf(error, TEXT_CAP, "no key \"%s\" here", v->method);
		return -ENOKEY;
	}
	hop_mac(key->secret, key->len, v->claim.data, v->claim.len, mac);
	if (v->mac.len == sizeof mac && hop_mac_equal(mac, v->mac.data))
		return 0;
	snprintf(error, TEXT_CAP, "not signed with the key \"%s\" of this node", v->method);
	return -EKEYREJECTED;
}

int
hop_seal_check(const char *keys, const struct frame_hop_voucher *v, char error[TEXT_CAP])
{
	bool by_munge = strcmp(v->method, POOLKEYS_MUNGE) == 0;
	struct poolkeys k;
	int rc;

	if (by_munge != !keys) {
		snprintf(error, TEXT_CAP, "signed %s, and this node takes %s", by_munge ? "by munge" : "with a key",
		         keys ? "keys alone" : "munge alone");
		return -ENOKEY;
	}
	if (by_munge)
		return hop_munge_check(v->claim.data, v->claim.len, v->mac.data, v->mac.len, error);
	rc = poolkeys_read(keys, &k, error);
	if (!rc)
		rc = check_by_key(&k, v, error);
	poolkeys_wipe(&k);
	return rc;
}
