/* SPDX-License-Identifier: MIT */
#include "connection.h"

#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

typedef int (*name_function)(int fd, struct sockaddr *address, socklen_t *len);

/* An IPv4 address in IPv6 form becomes the former, as sshd has it. */
static void
unmap(struct sockaddr_storage *address, socklen_t *len)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four = { .sin_family = AF_INET };

	memcpy(&six, address, sizeof six);
	if (six.sin6_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&six.sin6_addr))
		return;
	memcpy(&four.sin_addr, six.sin6_addr.s6_addr + 12, sizeof four.sin_addr);
	four.sin_port = six.sin6_port;
	memcpy(address, &four, sizeof four);
	*len = sizeof four;
}

/* One end of the socket FD; false: it is not of a family that we know, or not connected. */
static bool
read_end(int fd, name_function name, char text[ADDRESS_CAP], uint16_t *port)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof address;
	char digits[NI_MAXSERV];

	memset(&address, 0, sizeof address);
	if (name(fd, (struct sockaddr *)&address, &len) ||
	    (address.ss_family != AF_INET && address.ss_family != AF_INET6))
		return false;
	unmap(&address, &len);
	/* Numbers only, without name look-ups. */
	if (getnameinfo((struct sockaddr *)&address, len, text, ADDRESS_CAP, digits, sizeof digits,
	                NI_NUMERICHOST | NI_NUMERICSERV))
		return false;
	*port = (uint16_t)strtoul(digits, NULL, 10);
	return true;
}

static bool
read_socket(int fd, struct connection *c)
{
	socklen_t len = sizeof(int);
	int type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM &&
	       read_end(fd, getpeername, c->address, &c->port) &&
	       read_end(fd, getsockname, c->local_address, &c->local_port);
}

int
connection_find(struct connection *c)
{
	struct connection found = { .port = 0 }, other;
	DIR *d = opendir("/proc/self/fd");
	ino_t inode = 0; /* of the socket that was found */
	bool several = false;
	struct dirent *e;
	struct stat st;

	if (!d)
		return -errno;
	while ((e = readdir(d))) {
		int fd = atoi(e->d_name);

		if (e->d_name[0] == '.' || fstat(fd, &st) || !S_ISSOCK(st.st_mode) || (inode && st.st_ino == inode))
			continue;
		memset(&other, 0, sizeof other);
		if (!read_socket(fd, &other))
			continue;
		several |= inode != 0;
		found = other;
		inode = st.st_ino;
	}
	closedir(d);
	*c = several ? (struct connection){ .port = 0 } : found;
	return 0;
}
