/* SPDX-License-Identifier: MIT */
#include "hop_verify.h"

#include <string.h>

#include "match.h"

static const struct {
	const char *name, *words;
} verdicts[HOP_VERDICTS] = {
	[HOP_GOOD] = { "good", "it is good" },
	[HOP_MALFORMED] = { "malformed", "it is malformed" },
	[HOP_VERSION] = { "version", "it is of another version" },
	[HOP_KEY] = { "key", "it is signed with a key that this node does not know" },
	[HOP_MAC] = { "mac", "it is not signed as it should be" },
	[HOP_POOL] = { "pool", "it is of another pool" },
	[HOP_TRUST] = { "trust", "this node does not trust the one that signed it" },
	[HOP_ITSELF] = { "itself", "a node with this node's own name has signed it" },
	[HOP_NODE] = { "node", "it was made for another node" },
	[HOP_BOOT] = { "boot", "it was made before this node was booted" },
	[HOP_NONCE] = { "nonce", "it was made for another question" },
	[HOP_USER] = { "user", "it was made for another user" },
	[HOP_UID] = { "uid", "this user has another uid on the node that signed it" },
	[HOP_IDENTITY] = { "identity", "it names no identity, or not the one that this login has already" },
	[HOP_LATE] = { "late", "it came too late" },
	[HOP_CALLER] = { "caller", "another process sent it than the one that was asked" },
	[HOP_POLICY] = { "policy", "the configuration of this node takes none any more" },
	[HOP_TROUBLE] = { "trouble", "it could not be checked; see the log of this node" },
};

const char *
hop_verdict_name(enum hop_verdict v)
{
	return verdicts[v].name;
}

const char *
hop_verdict_words(enum hop_verdict v)
{
	return verdicts[v].words;
}

enum hop_verdict
hop_verify(const struct hop_claim *c, const struct hop_expected *e)
{
	static const struct identity unknown;

	if (strcmp(c->pool, e->pool) != 0)
		return HOP_POOL;
	if (strcmp(c->from, e->node) == 0)
		return HOP_ITSELF;
	if (match_list(c->from, e->trust) != 1)
		return HOP_TRUST;
	if (strcmp(c->to, e->node) != 0)
		return HOP_NODE;
	if (memcmp(c->boot, e->boot, FRAME_KEY) != 0)
		return HOP_BOOT;
	if (memcmp(c->nonce, e->nonce, FRAME_HOP_NONCE) != 0)
		return HOP_NONCE;
	if (strcmp(c->user, e->user) != 0)
		return HOP_USER;
	if (c->uid != e->uid)
		return HOP_UID;
	return memcmp(&c->identity, &unknown, sizeof unknown) == 0 ? HOP_IDENTITY : HOP_GOOD;
}
