/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CONFIG_VALUES_H
#define CLI_CONFIG_VALUES_H

#include "policy/doc_read.h"

/*
 * Values of hallpass.yaml: readers for tables of struct doc_rule. Each writes a
 * span (of the document) and says in one sentence what it wants when it does
 * not get it.
 */
bool value_read_path(const struct doc *d, const struct node *n, void *span); /* no NUL, <= 4,000 */
bool value_read_listen(const struct doc *d, const struct node *n, void *span); /* address:port */
bool value_read_admin(const struct doc *d, const struct node *n, void *span); /* loopback or unix */
bool value_read_source(const struct doc *d, const struct node *n, void *span); /* or unix */
bool value_read_host(const struct doc *d, const struct node *n, void *span);   /* a host name */
bool value_read_url(const struct doc *d, const struct node *n, void *span); /* https://host/path */
bool value_read_resource(const struct doc *d, const struct node *n, void *span); /* an audience */
bool value_read_origin(const struct doc *d, const struct node *n, void *span);   /* name of a log */
bool value_read_workers(const struct doc *d, const struct node *n, void *u64);   /* 1 to 256 */

/* The host of "address:port" ("[::1]:80": "::1"), which is an IP address: no name is ever looked
 * up, because that blocks and can be lied to. Empty when it is not of that form. */
struct span value_host(struct span address);

/* True for 127.0.0.0/8 and ::1; `host` is from value_host(). */
bool value_is_loopback(struct span host);

/* The path of "unix:/path", or an empty span. */
struct span value_unix_path(struct span address);

/* A sockaddr_un holds 107 bytes of path. */
enum { VALUE_MAX_SOCKET_PATH = 107 };

#endif
