/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "hostfile.h"
#include "setup/block.h"
#include "setup/diff.h"
#include "setup/edit.h"

#define BEGIN "# >>> holdfast >>> written by holdfastctl setup, taken out by holdfastctl setup --undo\n"
#define END "# <<< holdfast <<<\n"

static char dir[] = "/tmp/holdfast-setup-XXXXXX";

static void
expect_put(const char *text, const char *body, enum block_where where, const char *want)
{
	char *got = block_put(text, body, where);

	assert_string_equal(got, want);
	free(got);
}

static void
expect_take(const char *text, const char *want)
{
	char *got = block_take(text);

	assert_string_equal(got, want);
	free(got);
}

static void
test_put(void **state)
{
	(void)state;
	expect_put("", "x\n", BLOCK_FIRST, BEGIN "x\n" END);
	expect_put("a\n", "x\n", BLOCK_FIRST, BEGIN "x\n" END "a\n");
	expect_put("a\n", "x\n", BLOCK_LAST, "a\n" BEGIN "x\n" END);
	expect_put("a", "x\n", BLOCK_LAST, "a\n" BEGIN "x\n" END);
	/* In its place, wherever that is. */
	expect_put("a\n" BEGIN "old\nold\n" END "b\n", "x\n", BLOCK_FIRST, "a\n" BEGIN "x\n" END "b\n");
	expect_put("a\n# >>> holdfast other words\n# <<< holdfast", "x\n", BLOCK_LAST, "a\n" BEGIN "x\n" END);
}

static void
test_take(void **state)
{
	(void)state;
	expect_take("", "");
	expect_take("a\nb", "a\nb");
	expect_take("a\n" BEGIN "x\n" END "b\n", "a\nb\n");
	expect_take(BEGIN END, "");
	expect_take("a\n" BEGIN "x\n# <<< holdfast", "a\n");
}

static void
expect_both(const char *text, const char *first, const char *last, const char *want)
{
	char *got = block_put_both(text, first, last), *again = block_put_both(got, first, last);

	assert_string_equal(got, want);
	assert_string_equal(again, want);
	free(got);
	free(again);
}

static void
test_both(void **state)
{
	(void)state;
	expect_both("a\nb\n", "x\n", "y\n", BEGIN "x\n" END "a\nb\n" BEGIN "y\n" END);
	expect_both("a\nb", "x\n", "y\n", BEGIN "x\n" END "a\nb\n" BEGIN "y\n" END);
	/* An older one, wherever it is, goes. */
	expect_both("a\n" BEGIN "old\n" END "b\n", "x\n", "y\n", BEGIN "x\n" END "a\nb\n" BEGIN "y\n" END);
	expect_both("a\n", "x\n", NULL, BEGIN "x\n" END "a\n");
	expect_both("a\n", NULL, "y\n", "a\n" BEGIN "y\n" END);
	expect_take(BEGIN "x\n" END "a\nb\n" BEGIN "y\n" END, "a\nb\n");
	expect_put(BEGIN "x\n" END "a\n" BEGIN "y\n" END, "z\n", BLOCK_LAST, BEGIN "z\n" END "a\n");
}

static void
test_has_line(void **state)
{
	static const char text[] = BEGIN "x\n" END "a\nb\n" BEGIN "y\n" END "c\n";
	static const bool in[] = { true, true, true, false, false, true, true, true, false, false };

	(void)state;
	for (unsigned i = 0; i < sizeof in / sizeof *in; i++)
		assert_int_equal(block_has_line(text, i + 1), in[i]);
	assert_false(block_has_line("a\n", 1));
	assert_false(block_has_line("", 1));
}

static void
test_state(void **state)
{
	(void)state;
	assert_int_equal(block_state(""), BLOCK_NONE);
	assert_int_equal(block_state(" " BEGIN), BLOCK_NONE);
	assert_int_equal(block_state(BEGIN END), BLOCK_THERE);
	assert_int_equal(block_state(BEGIN), BLOCK_BROKEN);
	assert_int_equal(block_state(END), BLOCK_BROKEN);
	assert_int_equal(block_state(END BEGIN), BLOCK_BROKEN);
	assert_int_equal(block_state(BEGIN BEGIN END), BLOCK_BROKEN);
	/* One at the beginning and one at the end. */
	assert_int_equal(block_state(BEGIN END BEGIN END), BLOCK_THERE);
	assert_int_equal(block_state(BEGIN END BEGIN), BLOCK_BROKEN);
	assert_int_equal(block_state(BEGIN END END BEGIN), BLOCK_BROKEN);
	assert_int_equal(block_state(BEGIN END END), BLOCK_BROKEN);
}

static void
expect_diff(const char *before, const char *after, const char *want)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	diff_print(f, "/f", before, after);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text, want);
	free(text);
}

static void
test_diff(void **state)
{
	(void)state;
	expect_diff("a\n", "a\n", "");
	expect_diff(NULL, "a\nb\n", "--- /dev/null\n+++ /f\n@@ -0,0 +1,2 @@\n+a\n+b\n");
	expect_diff("a\n", NULL, "--- /f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
	expect_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n5\n6\n7\n8\n9\n",
	            "--- /f\n+++ /f\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+x\n 5\n 6\n 7\n");
	expect_diff("a", "a\nb\n",
	            "--- /f\n+++ /f\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n");
	expect_diff("a\n", "\x1b[2Ja\tb\n", "--- /f\n+++ /f\n@@ -1 +1 @@\n-a\n+?[2Ja\tb\n");
}

/* The two places that a block at the beginning and one at the end change are two hunks, or one if they are near. */
static void
test_diff_of_two_places(void **state)
{
	(void)state;
	expect_diff("1\n2\n3\n4\n5\n6\n7\n", "x\n1\n2\n3\n4\n5\n6\n7\ny\n",
	            "--- /f\n+++ /f\n@@ -1,3 +1,4 @@\n+x\n 1\n 2\n 3\n@@ -5,3 +6,4 @@\n 5\n 6\n 7\n+y\n");
	expect_diff("x\n1\n2\n3\n4\n5\n6\ny\n", "1\n2\n3\n4\n5\n6\n",
	            "--- /f\n+++ /f\n@@ -1,8 +1,6 @@\n-x\n 1\n 2\n 3\n 4\n 5\n 6\n-y\n");
	expect_diff("1\nold\n2\n", "1\nnew\nnewer\n2\n",
	            "--- /f\n+++ /f\n@@ -1,3 +1,4 @@\n 1\n-old\n+new\n+newer\n 2\n");
}

static void
put_file(const char *name, const char *text, mode_t mode)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static void
expect_file(const char *name, const char *text)
{
	char *got = NULL;
	int rc = hostfile_read(name, &got, NULL);

	if (!text) {
		assert_int_equal(rc, -ENOENT);
		return;
	}
	assert_int_equal(rc, 0);
	assert_string_equal(got, text);
	free(got);
}

static void
set_after(struct edit *e, const char *text)
{
	free(e->after);
	e->after = text ? strdup(text) : NULL;
}

static mode_t
mode_of(const char *name)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof path, "%s%s", dir, name);
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
test_edit(void **state)
{
	struct edit e;

	(void)state;
	put_file("/one", "old\n", 0640);
	assert_int_equal(edit_open(&e, "/one"), 0);
	assert_false(edit_changes(&e));
	set_after(&e, "new\n");
	assert_true(edit_changes(&e));
	assert_int_equal(edit_apply(&e), 0);
	expect_file("/one", "new\n");
	expect_file("/one.before-holdfast", "old\n");
	assert_int_equal(mode_of("/one"), 0640);
	assert_int_equal(mode_of("/one.before-holdfast"), 0640);
	assert_int_equal(edit_revert(&e), 0);
	expect_file("/one", "old\n");
	expect_file("/one.before-holdfast", NULL);
	edit_close(&e);
}

static void
test_edit_backup_is_the_first(void **state)
{
	struct edit e;

	(void)state;
	put_file("/two", "1\n", 0644);
	for (int i = 2; i < 4; i++) {
		assert_int_equal(edit_open(&e, "/two"), 0);
		set_after(&e, i == 2 ? "2\n" : "3\n");
		assert_int_equal(edit_apply(&e), 0);
		edit_finish(&e);
		edit_close(&e);
	}
	expect_file("/two.before-holdfast", "1\n");
	assert_int_equal(edit_open(&e, "/two"), 0);
	set_after(&e, "1\n");
	e.undo = true;
	assert_int_equal(edit_apply(&e), 0);
	expect_file("/two.before-holdfast", "1\n");
	edit_finish(&e);
	expect_file("/two.before-holdfast", NULL);
	edit_close(&e);
}

static void
test_edit_creates_and_removes(void **state)
{
	struct edit e;

	(void)state;
	assert_int_equal(edit_open(&e, "/a/b/new"), 0);
	assert_null(e.before);
	set_after(&e, "text\n");
	assert_int_equal(edit_apply(&e), 0);
	expect_file("/a/b/new", "text\n");
	expect_file("/a/b/new.before-holdfast", NULL);
	assert_int_equal(mode_of("/a/b/new"), 0644);
	assert_int_equal(edit_revert(&e), 0);
	expect_file("/a/b/new", NULL);
	edit_close(&e);
	put_file("/gone", "x\n", 0600);
	assert_int_equal(edit_open(&e, "/gone"), 0);
	set_after(&e, NULL);
	assert_int_equal(edit_apply(&e), 0);
	expect_file("/gone", NULL);
	assert_int_equal(edit_revert(&e), 0);
	expect_file("/gone", "x\n");
	assert_int_equal(mode_of("/gone"), 0600);
	edit_close(&e);
}

static void
test_edit_of_what_has_changed(void **state)
{
	struct edit e;

	(void)state;
	put_file("/three", "old\n", 0644);
	assert_int_equal(edit_open(&e, "/three"), 0);
	set_after(&e, "new\n");
	put_file("/three", "somebody else's\n", 0644);
	assert_int_equal(edit_apply(&e), -ESTALE);
	expect_file("/three", "somebody else's\n");
	edit_close(&e);
	/* It was not there, and now is. */
	assert_int_equal(edit_open(&e, "/four"), 0);
	set_after(&e, "new\n");
	put_file("/four", "somebody else's\n", 0644);
	assert_int_equal(edit_apply(&e), -ESTALE);
	expect_file("/four", "somebody else's\n");
	edit_close(&e);
}

static void
test_edit_follows_links(void **state)
{
	char from[128], to[128];
	struct edit e;

	(void)state;
	put_file("/real", "old\n", 0644);
	snprintf(from, sizeof from, "%s/link", dir);
	assert_int_equal(symlink("real", from), 0);
	assert_int_equal(edit_open(&e, "/link"), 0);
	set_after(&e, "new\n");
	assert_int_equal(edit_apply(&e), 0);
	expect_file("/real", "new\n");
	assert_int_equal(readlink(from, to, sizeof to), 4);
	edit_close(&e);
	snprintf(from, sizeof from, "%s/dangling", dir);
	assert_int_equal(symlink("nowhere", from), 0);
	assert_int_equal(edit_open(&e, "/dangling"), -ENOENT);
	edit_close(&e);
}

static void
test_edit_refuses(void **state)
{
	char path[128];
	struct edit e;

	(void)state;
	snprintf(path, sizeof path, "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(edit_open(&e, "/fifo"), -EINVAL);
	edit_close(&e);
	assert_int_equal(edit_open(&e, "/a"), -EINVAL);
	edit_close(&e);
}

static int
make_root(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	hostfile_root(dir);
	return 0;
}

static int
remove_root(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_has_line),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_diff_of_two_places),
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_edit_backup_is_the_first),
		cmocka_unit_test(test_edit_creates_and_removes),
		cmocka_unit_test(test_edit_of_what_has_changed),
		cmocka_unit_test(test_edit_follows_links),
		cmocka_unit_test(test_edit_refuses),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
