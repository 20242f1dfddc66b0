/* SPDX-License-Identifier: MIT */
#include "secretmem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

void *
secretmem_new(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (mlock(p, len) < 0) {
		munmap(p, len);
		return NULL;
	}
	return p;
}

void
secretmem_free(void *p, size_t len)
{
	if (!p)
		return;
	secretmem_wipe(p, len);
	munmap(p, len);
}

void
secretmem_wipe(void *p, size_t len)
{
	volatile unsigned char *byte = p;

	while (len--)
		*byte++ = 0;
}

int
secretmem_random(void *p, size_t len)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC), rc = 0;
	unsigned char *byte = p;

	if (fd < 0)
		return -errno;
	while (len && !rc) {
		ssize_t n = read(fd, byte, len);

		if (n > 0) {
			byte += n;
			len -= (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			rc = n < 0 ? -errno : -EIO;
		}
	}
	close(fd);
	return rc;
}
