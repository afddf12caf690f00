/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CLOSE_H
#define SERVER_CLOSE_H

#include <stdbool.h>

/*
 * Why a client's connection ended: symbol, code in logs and metrics, is it an
 * error, sentence. Every end of a connection names one row; the counters of
 * server.h, the metrics and the docs come from this table.
 */
#define CLOSE_TABLE(CLOSE)                                                                         \
    CLOSE(CLOSE_CLIENT, "client", false, "the client closed between requests")                     \
    CLOSE(CLOSE_REQUESTED, "requested", false, "the client asked for Connection: close")           \
    CLOSE(CLOSE_IDLE, "idle", false, "no request came in time")                                    \
    CLOSE(CLOSE_DRAIN, "drain", false, "the server is stopping")                                   \
    CLOSE(CLOSE_ANSWERED, "answered", false, "the answer was the last of its connection")          \
    CLOSE(CLOSE_HANDSHAKE, "handshake", true, "the TLS handshake failed")                          \
    CLOSE(CLOSE_HANDSHAKE_TIME, "handshake-time", true, "the TLS handshake took too long")         \
    CLOSE(CLOSE_HEAD, "head", true, "the request was refused before it reached a handler")         \
    CLOSE(CLOSE_HEAD_TIME, "head-time", true, "the request head took too long")                    \
    CLOSE(CLOSE_BODY, "body", true, "the request body was malformed or not wanted")                \
    CLOSE(CLOSE_EXCHANGE_TIME, "exchange-time", true, "the answer took too long")                  \
    CLOSE(CLOSE_STALL, "stall", true, "the client took or sent no byte for too long")              \
    CLOSE(CLOSE_GONE, "gone", true, "the client went away before its answer was complete")         \
    CLOSE(CLOSE_ABORT, "abort", true, "the handler broke the answer off")                          \
    CLOSE(CLOSE_STOP, "stop", true, "the server stopped before the answer was complete")           \
    CLOSE(CLOSE_MEMORY, "memory", true, "out of memory")

enum close_reason {
#define CLOSE_SYMBOL(symbol, code, error, text) symbol,
    CLOSE_TABLE(CLOSE_SYMBOL)
#undef CLOSE_SYMBOL
        CLOSE_COUNT
};

struct close_row {
    const char *code;
    const char *text;
    bool is_error;
};

/* Static; an unknown value gives CLOSE_STOP's row. */
const struct close_row *close_row(enum close_reason reason);

#endif
