/* SPDX-License-Identifier: MIT */
#include "sealedmem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

/* One that nobody can execute, as vm.memfd_noexec demands; kernels before 6.3 do not know the flag. */
static int
open_memfd(const char *name)
{
	const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(name, flags | MFD_NOEXEC_SEAL);

	return fd < 0 && errno == EINVAL ? memfd_create(name, flags) : fd;
}

/* A memfd is a file: growing it beyond this limit of the user's would kill the process (SIGXFSZ). */
static bool
file_may_have(uint64_t size)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= size;
}

int
sealedmem_make(const char *name, uint64_t size)
{
	int fd, err;

	if (!file_may_have(size))
		return -EFBIG;
	fd = open_memfd(name);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)size) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		return fd;
	err = errno;
	close(fd);
	return -err;
}
