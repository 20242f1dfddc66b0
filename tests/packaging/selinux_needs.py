# SPDX-License-Identifier: MIT
"""What holdfast does that a policy has to allow: source, target, class, permissions, and the reason.

In a row "user" stands for each domain of users, and "sshd" for the domain of holdfastd, leaders and sshd itself.
"""
USERS = ("unconfined_t", "staff_t", "user_t")

RUN = "holdfast_runtime_t"
DAEMON = "holdfastd_exec_t"

NEEDS = (
    # systemd starts holdfastd by its socket.
    ("init_t", DAEMON, "file", "execute read", "holdfastd is started"),
    ("init_t", "sshd", "process", "transition", "in sshd's domain"),
    ("sshd", DAEMON, "file", "entrypoint execute read map", "whose program it is"),
    ("init_t", "sshd", "unix_stream_socket", "create bind listen", "systemd makes holdfastd.sock"),
    ("init_t", RUN, "sock_file", "create unlink", "there"),
    ("init_t", RUN, "dir", "search write add_name", "there"),
    ("systemd_tmpfiles_t", RUN, "dir", "create setattr getattr relabelto", "tmpfiles.d makes /run/holdfast"),
    # The module in sshd, holdfastd, helpers, leaders.
    ("sshd", RUN, "dir", "create rmdir search read write add_name remove_name setattr getattr", "sessions and records"),
    ("sshd", RUN, "dir", "watch", "F_NOTIFY: a removed file is restored"),
    # also of those that holdfastd has not seen
    ("sshd", RUN, "file", "create read write unlink rename setattr getattr open", "records of logins"),
    ("sshd", "sshd", "dir", "search", "/proc of holdfastd: the module looks whether it runs"),
    ("sshd", "sshd", "file", "read open getattr", "by its start"),
    ("sshd", RUN, "file", "map", "counters, which holdfastd maps and leaders inherit"),
    ("sshd", RUN, "sock_file", "create unlink setattr getattr", "leaders bind sessions' sockets"),
    ("sshd", "sshd", "unix_stream_socket", "create bind listen accept connectto", "and listen on them"),
    ("sshd", "sshd", "capability", "sys_ptrace", "/proc of processes with other ids: environ, exe, ns"),
    ("sshd", "sshd", "capability", "chown setuid setgid kill dac_read_search", "directories and rights of users"),
    ("sshd", "sshd", "process", "setexec getrlimit setrlimit getsched setsched", "surroundings of the login's sshd"),
    ("sshd", "user", "dir", "search", "/proc/PID of callers"),
    ("sshd", "user", "file", "read open getattr", "its files"),
    ("sshd", "user", "lnk_file", "read", "exe, ns"),
    ("sshd", "user", "process", "signal sigkill signull", "keepers, and sessions that are ended"),
    ("sshd", "user", "process", "getattr", "the label of a process that asks for a session out of one"),
    ("sshd", "user", "fd", "use", "descriptors that users pass"),
    ("sshd", "user", "process", "transition", "a keeper is executed with the context that pam_selinux chose"),
    ("sshd", "bin_t", "file", "execute read", "it is a program as others"),
    ("sshd", "shell_exec_t", "file", "execute read", "the stub becomes the shell"),
    ("user", "shell_exec_t", "file", "entrypoint execute read map", "in the user's domain"),
    ("sshd", "user_devpts_t", "chr_file", "read write open ioctl", "with its terminal"),
    ("sshd", "sshd", "fifo_file", "read write getattr setattr", "or with pipes, the user's"),
    ("user", "sshd", "fifo_file", "read write getattr", "which keeper and command have"),
    ("sshd", "sshd", "unix_dgram_socket", "create read write", "connections between leader, keeper and stub"),
    ("sshd", "sshd_tmpfs_t", "file", "create read write", "the session's memory is a memfd of the leader's"),
    ("user", "sshd_tmpfs_t", "file", "read write map getattr", "in the keeper"),
    ("user", "bin_t", "file", "entrypoint execute read map", "and may begin the user's domain"),
    # The terminal of a held shell.
    ("sshd", "ptmx_t", "chr_file", "read write open", "the leader opens it"),
    ("sshd", "sshd_devpts_t", "chr_file", "relabelfrom setattr getattr", "pam_selinux labels it"),
    ("sshd", "user_devpts_t", "chr_file", "relabelto", "as a terminal of the user"),
    ("user", "ptmx_t", "chr_file", "read write", "the keeper has its master"),
    ("user", "user_devpts_t", "chr_file", "read write open ioctl", "shells and attached terminals"),
    # Users reach their sessions.
    ("user", RUN, "dir", "search read open getattr", "sessions are found"),
    ("user", RUN, "file", "read open getattr", "sessions/UID/ID/login"),
    ("user", RUN, "sock_file", "write getattr", "connect(2)"),
    ("user", "sshd", "unix_stream_socket", "connectto", "to sockets that root made"),
    ("user", "sshd", "unix_stream_socket", "accept read write getattr getopt setopt shutdown", "keepers accept on them"),
    ("user", "sshd", "fd", "use", "descriptors that a leader passes"),
    ("user", "sshd", "process", "sigchld", "a keeper ends"),
    ("user", "user", "unix_stream_socket", "create connect read write", "painter, terminals passed along"),
    ("user", "user", "process", "signal sigkill signull fork", "pidfd_send_signal, the shell's jobs"),
    ("user", "user", "netlink_tcpdiag_socket", "create read write nlmsg_read", "is a connection dead (tcp_info)"),
    ("user", "user_tmpfs_t", "file", "read write create map", "the ring of a session without root is a memfd"),
)
