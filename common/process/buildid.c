/* SPDX-License-Identifier: MIT */
#include "buildid.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define HEADERS_MAX 64  /* program headers; a program has about a dozen */
#define NOTES_MAX 4096  /* bytes of one segment of notes */

/* Notes' fields and their padding have four bytes, whatever the word size. */
struct note_head {
	uint32_t name_len, data_len, type;
};

static size_t
padded(uint32_t len)
{
	return ((size_t)len + 3) & ~(size_t)3;
}

/* Looks for the build id in LEN bytes of notes: whether it is there. */
static bool
find_note(const unsigned char *p, size_t len, char out[BUILD_CAP])
{
	static const char digits[] = "0123456789abcdef", gnu[4] = "GNU";
	struct note_head h;

	while (len >= sizeof h) {
		memcpy(&h, p, sizeof h);
		p += sizeof h;
		len -= sizeof h;
		if (h.name_len > len || padded(h.name_len) > len || h.data_len > len - padded(h.name_len))
			return false;
		if (h.type == NT_GNU_BUILD_ID && h.name_len == sizeof gnu && memcmp(p, gnu, sizeof gnu) == 0 && h.data_len &&
		    2 * (size_t)h.data_len < BUILD_CAP) {
			p += sizeof gnu;
			for (uint32_t i = 0; i < h.data_len; i++) {
				out[2 * i] = digits[p[i] >> 4];
				out[2 * i + 1] = digits[p[i] & 15];
			}
			out[2 * h.data_len] = '\0';
			return true;
		}
		if (padded(h.name_len) + padded(h.data_len) > len)
			return false;
		p += padded(h.name_len) + padded(h.data_len);
		len -= padded(h.name_len) + padded(h.data_len);
	}
	return false;
}

/* The first object that the dynamic linker tells of is the program. */
static int
look_at_program(struct dl_phdr_info *info, size_t size, void *out)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE &&
		    find_note((const unsigned char *)(uintptr_t)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr),
		              info->dlpi_phdr[i].p_memsz, out))
			break;
	return 1;
}

void
buildid_own(char out[BUILD_CAP])
{
	out[0] = '\0';
	dl_iterate_phdr(look_at_program, out);
}

static int
read_at(int fd, void *out, size_t len, uint64_t at)
{
	ssize_t n = at <= INT64_MAX ? pread(fd, out, len, (off_t)at) : 0;

	return n < 0 ? -errno : (size_t)n == len ? 0 : -ENOEXEC;
}

static int
find_in_file(int fd, char out[BUILD_CAP])
{
	unsigned char notes[NOTES_MAX];
	ElfW(Ehdr) e;
	ElfW(Phdr) h;
	int rc = read_at(fd, &e, sizeof e, 0);

	if (!rc && (memcmp(e.e_ident, ELFMAG, SELFMAG) != 0 || e.e_phentsize != sizeof h || e.e_phnum > HEADERS_MAX ||
	            e.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)))
		rc = -ENOEXEC;
	for (unsigned i = 0; !rc && i < e.e_phnum; i++) {
		rc = read_at(fd, &h, sizeof h, e.e_phoff + i * sizeof h);
		if (rc || h.p_type != PT_NOTE || h.p_filesz > sizeof notes)
			continue;
		rc = read_at(fd, notes, h.p_filesz, h.p_offset);
		if (!rc && find_note(notes, h.p_filesz, out))
			return 0;
	}
	return rc ? rc : -ENODATA;
}

int
buildid_of_file(const char *path, char out[BUILD_CAP])
{
	char id[BUILD_CAP];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), rc;

	if (fd < 0)
		return -errno;
	rc = find_in_file(fd, id);
	close(fd);
	if (!rc)
		memcpy(out, id, sizeof id);
	return rc;
}
