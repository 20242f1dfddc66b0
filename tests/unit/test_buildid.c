/* SPDX-License-Identifier: MIT */
/* buildid: of this program, of its file, and of files that are no program, or lie about where their notes are. */
#include "unit.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buildid.h"

static char file[] = "/tmp/test_buildid.XXXXXX";

/* Writes LEN bytes as the program in FILE. */
static void
write_file(const void *p, size_t len)
{
	int fd = open(file, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, len), (ssize_t)len);
	close(fd);
}

struct image {
	ElfW(Ehdr) e;
	ElfW(Phdr) p;
	uint32_t name_len, data_len, type;
	char name[4];
	unsigned char data[44];
};

static struct image
image_of(uint32_t data_len)
{
	struct image m;

	memset(&m, 0, sizeof m);
	memcpy(m.e.e_ident, ELFMAG, SELFMAG);
	m.e.e_ident[EI_CLASS] = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
	m.e.e_phoff = offsetof(struct image, p);
	m.e.e_phentsize = sizeof m.p;
	m.e.e_phnum = 1;
	m.p.p_type = PT_NOTE;
	m.p.p_offset = offsetof(struct image, name_len);
	m.p.p_filesz = sizeof m - m.p.p_offset;
	m.name_len = 4;
	m.data_len = data_len;
	m.type = NT_GNU_BUILD_ID;
	memcpy(m.name, "GNU", 4);
	for (size_t i = 0; i < sizeof m.data; i++)
		m.data[i] = (unsigned char)(0xa0 + i);
	return m;
}

static int
look(const struct image *m, char out[BUILD_CAP])
{
	write_file(m, sizeof *m);
	return buildid_of_file(file, out);
}

static void
this_program(void **state)
{
	char own[BUILD_CAP], same[BUILD_CAP];

	(void)state;
	buildid_own(own);
	if (!own[0]) {
		assert_int_equal(buildid_of_file("/proc/self/exe", same), -ENODATA);
		return;
	}
	assert_int_equal(buildid_of_file("/proc/self/exe", same), 0);
	assert_string_equal(own, same);
	assert_int_equal(strspn(own, "0123456789abcdef"), strlen(own));
}

static void
files(void **state)
{
	struct image m = image_of(20);
	char out[BUILD_CAP] = "untouched";

	(void)state;
	assert_int_equal(buildid_of_file("/nowhere/at/all", out), -ENOENT);
	write_file("#!/bin/sh\n", 10);
	assert_int_equal(buildid_of_file(file, out), -ENOEXEC);
	assert_string_equal(out, "untouched");
	assert_int_equal(look(&m, out), 0);
	assert_string_equal(out, "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3");
	/* Each shorter file is refused, or has none; reading ends at its end. */
	for (size_t len = 0; len < offsetof(struct image, data) + 20; len++) {
		write_file(&m, len);
		assert_true(buildid_of_file(file, out) < 0);
	}
}

static void
lies(void **state)
{
	static const uint32_t bad[] = { 0, 21, 44, 45, 4096, INT32_MAX, UINT32_MAX - 3, UINT32_MAX };
	char out[BUILD_CAP];
	struct image m;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		m = image_of(bad[i]);
		assert_int_equal(look(&m, out), -ENODATA);
		m = image_of(20);
		m.name_len = bad[i];
		assert_int_equal(look(&m, out), -ENODATA);
	}
	m = image_of(20);
	m.p.p_offset = (ElfW(Off))-1;
	assert_int_equal(look(&m, out), -ENOEXEC);
	m = image_of(20);
	m.p.p_filesz = 1u << 30;
	assert_int_equal(look(&m, out), -ENODATA);
	m = image_of(20);
	m.e.e_phoff = (ElfW(Off))-8;
	assert_int_equal(look(&m, out), -ENOEXEC);
	m = image_of(20);
	m.e.e_phnum = 65535;
	assert_int_equal(look(&m, out), -ENOEXEC);
	m = image_of(20);
	m.e.e_phentsize = 8;
	assert_int_equal(look(&m, out), -ENOEXEC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_program),
		cmocka_unit_test(files),
		cmocka_unit_test(lies),
	};
	int fd = mkstemp(file), rc;

	if (fd < 0)
		return 1;
	close(fd);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(file);
	return rc;
}
