/* SPDX-License-Identifier: MIT */
/* Vouchers of a pool: the code (RFC 4231), the keys of two nodes, each thing that makes a claim useless, and the file. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hop_mac.h"
#include "hop_seal.h"
#include "hop_verify.h"
#include "hopfile.h"

#define HEX_A "11111111111111111111111111111111111111111111111111111111111111aa"
#define HEX_B "22222222222222222222222222222222222222222222222222222222222222bb"

/* The six cases of RFC 4231 with a whole code: 1 to 4, 6 and 7. */
static const struct {
	unsigned char key_byte;
	size_t key_len;
	const char *key; /* NULL: KEY_LEN times KEY_BYTE */
	unsigned char byte;
	const char *text; /* NULL: 50 times BYTE */
	const char *code;
} vectors[] = {
	{ 0x0b, 20, NULL, 0, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ 0, 4, "Jefe", 0, "what do ya want for nothing?",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ 0xaa, 20, NULL, 0xdd, NULL, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	{ 0, 25, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27\30\31", 0xcd, NULL,
	  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	{ 0xaa, 131, NULL, 0, "Test Using Larger Than Block-Size Key - Hash Key First",
	  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ 0xaa, 131, NULL, 0, "This is a test using a larger than block-size key and a larger than block-size data. The key "
	  "needs to be hashed before being used by the HMAC algorithm.",
	  "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
};

static void
codes_of_rfc_4231(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		unsigned char key[131], data[50], code[HOP_MAC_BYTES];
		char text[2 * HOP_MAC_BYTES + 1];

		memset(key, vectors[i].key_byte, sizeof key);
		if (vectors[i].key)
			memcpy(key, vectors[i].key, vectors[i].key_len);
		memset(data, vectors[i].byte, sizeof data);
		hop_mac(key, vectors[i].key_len, vectors[i].text ? (const void *)vectors[i].text : data,
		        vectors[i].text ? strlen(vectors[i].text) : sizeof data, code);
		for (size_t j = 0; j < sizeof code; j++)
			snprintf(text + 2 * j, 3, "%02x", code[j]);
		assert_string_equal(text, vectors[i].code);
	}
}

static void
codes_that_differ_anywhere(void **state)
{
	unsigned char a[HOP_MAC_BYTES] = {1, 2, 3}, b[HOP_MAC_BYTES];

	(void)state;
	memcpy(b, a, sizeof b);
	assert_true(hop_mac_equal(a, b));
	for (size_t bit = 0; bit < 8 * sizeof b; bit++) {
		b[bit / 8] ^= (unsigned char)(1u << bit % 8);
		assert_false(hop_mac_equal(a, b));
		b[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
}

/* Two nodes with a file of keys each. */
static char dir[] = "/tmp/holdfast-hop-XXXXXX", ours[64], theirs[64];

static void
write_keys(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int
begin(void **state)
{
	(void)state;
	strcpy(dir + sizeof dir - 7, "XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(ours, sizeof ours, "%s/ours", dir);
	snprintf(theirs, sizeof theirs, "%s/theirs", dir);
	return 0;
}

static int
end(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command);
}

static struct hop_seal seal;
static char error[TEXT_CAP];

/* What the node with the file THEIRS says of TEXT, signed by the one with OURS. */
static int
over(const char *text, struct frame_hop_voucher *v)
{
	assert_int_equal(hop_seal_make(ours, text, strlen(text), &seal, error), 0);
	memset(v, 0, sizeof *v);
	memcpy(v->method, seal.method, sizeof v->method);
	v->claim = (struct wire_bytes){ (const unsigned char *)text, strlen(text) };
	v->mac = (struct wire_bytes){ seal.mac, seal.len };
	return hop_seal_check(theirs, v, error);
}

static void
needs_root(void)
{
	/* The file has to be root's. */
	if (geteuid() != 0)
		skip();
}

static void
the_same_key(void **state)
{
	struct frame_hop_voucher v;

	(void)state;
	needs_root();
	write_keys(ours, "a " HEX_A "\n");
	write_keys(theirs, "a " HEX_A "\n");
	assert_int_equal(over("claim", &v), 0);
	assert_int_equal(seal.len, HOP_MAC_BYTES);
	assert_string_equal(seal.method, "a");
}

/* The first key signs, and each verifies: all nodes need never change at one moment. */
static void
rotation(void **state)
{
	static const char *const steps[] = {
		"old " HEX_A "\n", "old " HEX_A "\nnew " HEX_B "\n", "new " HEX_B "\nold " HEX_A "\n", "new " HEX_B "\n",
	};
	struct frame_hop_voucher v;

	(void)state;
	needs_root();
	for (int i = 0; i < 4; i++)
		for (int j = i - 1; j <= i + 1; j++) {
			if (j < 0 || j > 3)
				continue;
			write_keys(ours, steps[i]);
			write_keys(theirs, steps[j]);
			assert_int_equal(over("claim", &v), 0);
			assert_string_equal(seal.method, i < 2 ? "old" : "new");
		}
	write_keys(ours, steps[0]);
	write_keys(theirs, steps[3]);
	assert_int_equal(over("claim", &v), -ENOKEY);
}

static void
another_key_of_that_name(void **state)
{
	struct frame_hop_voucher v;

	(void)state;
	needs_root();
	write_keys(ours, "a " HEX_A "\n");
	write_keys(theirs, "a " HEX_B "\n");
	assert_int_equal(over("claim", &v), -EKEYREJECTED);
}

static void
changed_on_its_way(void **state)
{
	struct frame_hop_voucher v;
	char text[] = "claim";

	(void)state;
	needs_root();
	write_keys(ours, "a " HEX_A "\nb " HEX_B "\n");
	write_keys(theirs, "a " HEX_A "\nb " HEX_B "\n");
	assert_int_equal(over(text, &v), 0);
	for (size_t i = 0; i < sizeof text - 1; i++) {
		text[i] ^= 1;
		assert_int_equal(hop_seal_check(theirs, &v, error), -EKEYREJECTED);
		text[i] ^= 1;
	}
	for (size_t i = 0; i < seal.len; i++) {
		seal.mac[i] ^= 1;
		assert_int_equal(hop_seal_check(theirs, &v, error), -EKEYREJECTED);
		seal.mac[i] ^= 1;
	}
	/* A code cut short, or with more behind it, and one by another key. */
	for (v.mac.len = 0; v.mac.len <= HOP_MAC_BYTES + 1; v.mac.len++)
		assert_int_equal(hop_seal_check(theirs, &v, error), v.mac.len == HOP_MAC_BYTES ? 0 : -EKEYREJECTED);
	v.mac.len = HOP_MAC_BYTES;
	strcpy(v.method, "b");
	assert_int_equal(hop_seal_check(theirs, &v, error), -EKEYREJECTED);
	strcpy(v.method, "c");
	assert_int_equal(hop_seal_check(theirs, &v, error), -ENOKEY);
	/* A node that takes keys takes no munge, and the reverse. */
	strcpy(v.method, "munge");
	assert_int_equal(hop_seal_check(theirs, &v, error), -ENOKEY);
	strcpy(v.method, "a");
	assert_int_equal(hop_seal_check(NULL, &v, error), -ENOKEY);
}

static void
keys_that_cannot_be_read(void **state)
{
	struct frame_hop_voucher v;

	(void)state;
	needs_root();
	write_keys(ours, "a " HEX_A "\n");
	write_keys(theirs, "a " HEX_A "\n");
	chmod(theirs, 0640);
	assert_int_equal(over("claim", &v), -EPERM);
	assert_non_null(strstr(error, theirs));
	unlink(ours);
	assert_int_equal(hop_seal_make(ours, "claim", 5, &seal, error), -ENOENT);
}

/* hop_verify.h */

static const unsigned char boot[FRAME_KEY] = {1, 2}, nonce[FRAME_HOP_NONCE] = {3, 4};
static const struct hop_expected expected = {
	.pool = "cluster", .node = "login2", .trust = "*", .boot = boot, .nonce = nonce, .user = "alice", .uid = 1000,
};
static const struct hop_claim claim = {
	.pool = "cluster", .from = "login1", .to = "login2", .boot = {1, 2}, .nonce = {3, 4}, .user = "alice", .uid = 1000,
	.identity = {{9}}, .address = "192.0.2.7", .who = "password",
};

static void
what_a_claim_must_be(void **state)
{
	struct hop_claim c = claim;

	(void)state;
	assert_int_equal(hop_verify(&c, &expected), HOP_GOOD);
#define WRONG(change, verdict) c = claim, change, assert_int_equal(hop_verify(&c, &expected), verdict)
	WRONG(strcpy(c.pool, "cluster2"), HOP_POOL);
	WRONG(strcpy(c.from, "login2"), HOP_ITSELF);
	WRONG(strcpy(c.to, "login3"), HOP_NODE);
	WRONG(strcpy(c.to, "login"), HOP_NODE);
	WRONG(c.boot[15]++, HOP_BOOT);
	WRONG(c.nonce[31]++, HOP_NONCE);
	WRONG(c.nonce[0]++, HOP_NONCE);
	WRONG(strcpy(c.user, "bob"), HOP_USER);
	WRONG(strcpy(c.user, "alice2"), HOP_USER);
	WRONG(c.uid++, HOP_UID);
	WRONG(c.uid = 0, HOP_UID);
	WRONG(memset(&c.identity, 0, sizeof c.identity), HOP_IDENTITY);
	/* What is for people alone may be anything. */
	WRONG(strcpy(c.address, ""), HOP_GOOD);
	WRONG(strcpy(c.who, ""), HOP_GOOD);
#undef WRONG
}

static void
whom_a_node_trusts(void **state)
{
	static const struct {
		const char *trust;
		enum hop_verdict verdict;
	} v[] = {
		{ "*", HOP_GOOD }, { "login1", HOP_GOOD }, { "login3,login1", HOP_GOOD }, { "login?", HOP_GOOD },
		{ "", HOP_TRUST }, { "login3", HOP_TRUST }, { "*,!login1", HOP_TRUST }, { "login", HOP_TRUST },
		{ "login10", HOP_TRUST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		struct hop_expected e = expected;

		e.trust = v[i].trust;
		assert_int_equal(hop_verify(&claim, &e), v[i].verdict);
	}
}

static void
each_verdict_has_words(void **state)
{
	(void)state;
	for (int i = 0; i < HOP_VERDICTS; i++) {
		assert_non_null(hop_verdict_name((enum hop_verdict)i));
		assert_non_null(hop_verdict_words((enum hop_verdict)i));
	}
}

/* hopfile.h */

static const struct hopfile file = {
	.pid = 4711, .start = 123456, .pool = "cluster", .node = "login1", .method = "k1", .identity = {{9, 8}},
	.address = "192.0.2.7", .who = "publickey SHA256:x",
};
static const struct ticket ticket = {{0xab, 0xcd}};

/* Changes the file's bytes to TEXT, LEN of them. */
static void
put(int at, const void *text, size_t len)
{
	char name[HOPFILE_NAME];
	int fd;

	hopfile_name(&ticket, name);
	fd = openat(at, name, O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static void
the_file_and_back(void **state)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY);
	struct hopfile got, other = file;
	char bytes[HOPFILE_MAX + 2], name[HOPFILE_NAME];
	ssize_t len;
	int fd;

	(void)state;
	needs_root();
	assert_int_equal(hopfile_read(at, &ticket, &got), -ENOENT);
	assert_int_equal(hopfile_write(at, &ticket, &file), 0);
	assert_int_equal(hopfile_read(at, &ticket, &got), 0);
	assert_memory_equal(&got, &file, offsetof(struct hopfile, who) + sizeof got.who);
	/* Another one takes its place whole. */
	strcpy(other.node, "login3");
	assert_int_equal(hopfile_write(at, &ticket, &other), 0);
	assert_int_equal(hopfile_read(at, &ticket, &got), 0);
	assert_string_equal(got.node, "login3");
	/* Cut anywhere, or with more behind it, it is none. */
	hopfile_name(&ticket, name);
	assert_string_equal(name, "abcd0000000000000000000000000000.hop");
	fd = openat(at, name, O_RDONLY);
	len = read(fd, bytes, sizeof bytes);
	close(fd);
	assert_true(len > 0);
	for (ssize_t cut = 0; cut < len; cut++) {
		put(at, bytes, (size_t)cut);
		assert_int_equal(hopfile_read(at, &ticket, &got), -EBADMSG);
	}
	bytes[len] = 0;
	put(at, bytes, (size_t)len + 1);
	assert_int_equal(hopfile_read(at, &ticket, &got), -EBADMSG);
	put(at, bytes, sizeof bytes);
	assert_int_equal(hopfile_read(at, &ticket, &got), -EBADMSG);
	/* Only root's own file counts. */
	put(at, bytes, (size_t)len);
	assert_int_equal(hopfile_read(at, &ticket, &got), 0);
	assert_int_equal(fchmodat(at, name, 0644, 0), 0);
	assert_int_equal(hopfile_read(at, &ticket, &got), -EPERM);
	assert_int_equal(fchmodat(at, name, 0600, 0), 0);
	assert_int_equal(fchownat(at, name, 65534, 0, 0), 0);
	assert_int_equal(hopfile_read(at, &ticket, &got), -EPERM);
	unlinkat(at, name, 0);
	assert_int_equal(symlinkat("/etc/passwd", at, name), 0);
	assert_int_equal(hopfile_read(at, &ticket, &got), -ELOOP);
	close(at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_of_rfc_4231),
		cmocka_unit_test(codes_that_differ_anywhere),
		cmocka_unit_test_setup_teardown(the_same_key, begin, end),
		cmocka_unit_test_setup_teardown(rotation, begin, end),
		cmocka_unit_test_setup_teardown(another_key_of_that_name, begin, end),
		cmocka_unit_test_setup_teardown(changed_on_its_way, begin, end),
		cmocka_unit_test_setup_teardown(keys_that_cannot_be_read, begin, end),
		cmocka_unit_test(what_a_claim_must_be),
		cmocka_unit_test(whom_a_node_trusts),
		cmocka_unit_test(each_verdict_has_words),
		cmocka_unit_test_setup_teardown(the_file_and_back, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
