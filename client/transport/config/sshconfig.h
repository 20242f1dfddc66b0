/* SPDX-License-Identifier: MIT */
/*
 * sshconfig: what the user's OpenSSH configuration says about one host, evaluated.
 *
 * The values come from `ssh -G` where there is an ssh, so that Match, Include, CanonicalizeHostname and the defaults of
 * that ssh count as they do for ssh itself; else from the files (sshconfig_file.h).  Names are those of
 * ssh_config(5).  Lists end with NULL and are never NULL themselves.
 */
#ifndef HOLDFAST_SSHCONFIG_H
#define HOLDFAST_SSHCONFIG_H

#include <stdbool.h>
#include <stddef.h>

enum sshconfig_check { CHECK_NO, CHECK_YES, CHECK_ASK, CHECK_ACCEPT_NEW }; /* StrictHostKeyChecking */
enum sshconfig_tty { TTY_AUTO, TTY_NO, TTY_YES, TTY_FORCE };               /* RequestTTY */
enum sshconfig_session { SESSION_DEFAULT, SESSION_NONE, SESSION_SUBSYSTEM }; /* SessionType */
enum sshconfig_x11 { X11_NO, X11_YES, X11_TRUSTED };                       /* ForwardX11, ForwardX11Trusted */
enum sshconfig_log { LOG_LEVEL_QUIET, LOG_LEVEL_FATAL, LOG_LEVEL_ERROR, LOG_LEVEL_INFO, LOG_LEVEL_VERBOSE,
                     LOG_LEVEL_DEBUG1, LOG_LEVEL_DEBUG2, LOG_LEVEL_DEBUG3 }; /* LogLevel */

struct sshconfig {
	/* Who and where */
	char *host;     /* as it was asked for */
	char *hostname; /* what is connected to */
	char *user;
	unsigned port;
	bool port_given; /* by the destination */
	int family;      /* AF_UNSPEC, AF_INET, AF_INET6 */
	char *bind_address, *bind_interface; /* NULL: none */
	unsigned connect_timeout;            /* seconds, 0: the system's */
	bool tcp_keepalive;
	int ipqos_interactive, ipqos_bulk;   /* the IP_TOS byte, -1: leave it */
	bool bulk;                           /* which of the two: by target_bulk */
	char *proxy_command, *proxy_jump;    /* NULL: none */
	unsigned connection_attempts;

	/* The connection */
	bool compression;
	char *ciphers, *macs, *kex, *host_key_algorithms, *pubkey_algorithms; /* NULL: the library's own */
	unsigned server_alive_interval, server_alive_count_max;

	/* The host's key */
	enum sshconfig_check strict_host_key;
	char *host_key_alias;
	char **user_known_hosts, **global_known_hosts; /* expanded */
	char **revoked_host_keys; /* files, expanded */
	bool hash_known_hosts, no_auth_for_localhost;
	bool fingerprint_md5;     /* FingerprintHash: else SHA-256 */
	unsigned required_rsa_size; /* bits */
	bool warn_weak_crypto;

	/* Who we are */
	char **identity_files;    /* expanded */
	char **certificate_files; /* expanded */
	bool identities_only;
	char *identity_agent;     /* NULL: $SSH_AUTH_SOCK; "none"; or a path, expanded */
	char *preferred_authentications; /* NULL: the usual order */
	bool pubkey, password, kbdint, gssapi, batch_mode;
	unsigned password_prompts;

	/* What is asked for at the other end */
	enum sshconfig_tty request_tty;
	enum sshconfig_session session_type;
	char *remote_command; /* NULL: none */
	char **send_env;      /* patterns */
	char **set_env;       /* NAME=value */
	char *forward_agent;  /* NULL: no; "yes"; or a socket's path */
	enum sshconfig_x11 x11;
	bool x11_trusted;     /* what X11_YES becomes */
	unsigned x11_timeout; /* ForwardX11Timeout in seconds; 0: none */
	char *xauth;          /* XAuthLocation; NULL: xauth(1) of PATH */

	/* Forwards: "[bind:]port host:port", as ssh -G prints them */
	char **local_forward, **remote_forward, **dynamic_forward;
	char **permit_remote_open; /* "host:port", "any", "none"; empty: any */
	bool exit_on_forward_failure, gateway_ports, streamlocal_bind_unlink;
	unsigned streamlocal_bind_mask;

	/* The person */
	int escape_char; /* -1: none */
	unsigned obscure_ms; /* ObscureKeystrokeTiming: the interval of keys; 0: they are sent as they are typed */
	enum sshconfig_log log_level;
	bool stdin_null, fork_after_auth, permit_local_command;
	char *local_command; /* NULL: none */
	char *control_path; /* NULL: none */
	char *add_keys_to_agent; /* NULL: no */

	char *ignore_unknown; /* IgnoreUnknown; NULL: none */

	/* "Keyword value": what is not for libssh (keywords.h), and what no row has */
	char **handed, **unknown;
};

/* The defaults of ssh_config(5); NULL: out of memory. */
struct sshconfig *sshconfig_new(void);
void sshconfig_free(struct sshconfig *c);

/*
 * Takes one line "keyword value" as ssh -G prints it: 0, -EINVAL for a value that makes no sense, -ENOMEM.  What the
 * table of keywords says is ssh's is noted in HANDED, and a keyword that it has not in UNKNOWN.
 */
int sshconfig_line(struct sshconfig *c, const char *line);
/* The words behind a keyword that names files, which may have blanks in them; another keyword: -EINVAL. */
int sshconfig_files(struct sshconfig *c, const char *name, char *const *words);
/* Whether a value of the keyword NAME goes into struct sshconfig; for the test of the table of keywords. */
bool sshconfig_reads(const char *name);

#endif
