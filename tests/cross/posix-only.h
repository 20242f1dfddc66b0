/* SPDX-License-Identifier: MIT */
/*
 * posix-only: for ./check cross: included before each file of the client, it makes the compiler refuse names of Linux
 * alone.  Those that POSIX.1-2008, macOS and the BSDs share are left, in POSIX or not: asprintf, memmem, getopt_long.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* Macros have to be gone before their names are poisoned. */
#undef SOCK_CLOEXEC
#undef SOCK_NONBLOCK
#undef MSG_CMSG_CLOEXEC
#undef CLOCK_BOOTTIME
#undef POLLRDHUP
#undef TCP_USER_TIMEOUT
#undef TCP_KEEPIDLE
#undef SO_BINDTODEVICE
#undef SO_PEERCRED
#undef MADV_DONTDUMP
#undef MLOCK_ONFAULT
#undef O_PATH
#undef O_TMPFILE
#undef MADV_WIPEONFORK
#pragma GCC poison SOCK_CLOEXEC SOCK_NONBLOCK MSG_CMSG_CLOEXEC CLOCK_BOOTTIME POLLRDHUP TCP_USER_TIMEOUT TCP_KEEPIDLE
#pragma GCC poison SO_BINDTODEVICE SO_PEERCRED MADV_DONTDUMP MADV_WIPEONFORK MLOCK_ONFAULT O_PATH O_TMPFILE
#pragma GCC poison accept4 pipe2 dup3 ppoll mlock2 mremap prctl syscall memfd_create execveat close_range renameat2
#pragma GCC poison epoll_create1 epoll_ctl epoll_wait eventfd eventfd_read eventfd_write signalfd timerfd_create
#pragma GCC poison inotify_init1 getrandom explicit_bzero mempcpy rawmemchr strchrnul program_invocation_name
#pragma GCC poison sockaddr_nl sendmmsg recvmmsg splice tee sendfile gettid mallopt malloc_trim
