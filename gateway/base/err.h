/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * The one list of what can go wrong. Columns: symbol; the stable reason code
 * that partners, ledger, logs and metrics show; HTTP status (0: never answered
 * to a partner); whose fault; the OneRoster 1.2 imsx_codeMinor value; sentence.
 * Tests and docs iterate over this table. Codes are never renamed.
 */
#define ERR_TABLE(ERR)                                                                             \
    /* --- our own machine */                                                                      \
    ERR(ERR_MEMORY, "memory", 503, GATEWAY, "server_busy", "out of memory")                        \
    ERR(ERR_TOO_BIG, "too-big", 503, GATEWAY, "server_busy", "a bounded buffer is full")           \
    ERR(ERR_IO, "io", 500, GATEWAY, "internal_server_error", "a system call failed")               \
    ERR(ERR_INTERNAL, "internal", 500, GATEWAY, "internal_server_error", "internal error")         \
    ERR(ERR_CRYPTO, "crypto", 500, GATEWAY, "internal_server_error",                               \
        "a cryptographic call failed")                                                             \
    ERR(ERR_CLOSED, "closed", 0, GATEWAY, "internal_server_error", "the peer closed")              \
    ERR(ERR_BUSY, "busy", 503, GATEWAY, "server_busy", "all slots are taken; try again")           \
    ERR(ERR_DRAINING, "draining", 503, GATEWAY, "server_busy", "the gateway is stopping")          \
    ERR(ERR_NOT_READY, "not-ready", 503, GATEWAY, "server_busy", "the gateway is not ready")       \
    ERR(ERR_DEADLINE, "deadline", 503, GATEWAY, "server_busy", "the request took too long")        \
    ERR(ERR_INPUT, "input", 0, DISTRICT, "invaliddata", "the input is not valid")                  \
    ERR(ERR_NOT_FOUND, "not-found", 404, GATEWAY, "unknownobject", "there is no such thing")       \
    ERR(ERR_EXISTS, "exists", 0, DISTRICT, "invaliddata", "it exists already")                     \
    ERR(ERR_SECOND_PERSON, "second-person-needed", 0, DISTRICT, "invaliddata",                     \
        "it widens, and the policy in force wants a second person (hallpass policy apply)")        \
    /* --- HTTP from the partner */                                                                \
    ERR(ERR_HTTP_HEAD, "malformed-head", 400, PARTNER, "invaliddata", "malformed HTTP head")       \
    ERR(ERR_HTTP_FRAMING, "ambiguous-framing", 400, PARTNER, "invaliddata",                        \
        "ambiguous message framing")                                                               \
    ERR(ERR_HTTP_HOST, "bad-host", 400, PARTNER, "invaliddata", "Host is missing or not valid")    \
    ERR(ERR_HTTP_TARGET, "bad-target", 400, PARTNER, "invaliddata",                                \
        "the request target is not valid")                                                         \
    ERR(ERR_HTTP_LARGE, "head-too-large", 431, PARTNER, "invaliddata",                             \
        "the HTTP head is too large")                                                              \
    ERR(ERR_HTTP_VERSION, "http-version", 505, PARTNER, "unsupported", "only HTTP/1.1 is spoken")  \
    ERR(ERR_HTTP_CODING, "transfer-coding", 501, PARTNER, "unsupported",                           \
        "the transfer coding is not supported")                                                    \
    ERR(ERR_HTTP_METHOD, "method", 405, PARTNER, "unsupported", "the method is not allowed here")  \
    ERR(ERR_HTTP_BODY, "body-not-allowed", 400, PARTNER, "invaliddata",                            \
        "a body is not allowed here")                                                              \
    ERR(ERR_HTTP_BODY_LARGE, "body-too-large", 413, PARTNER, "invaliddata",                        \
        "the body is too large")                                                                   \
    ERR(ERR_HTTP_UPGRADE, "upgrade", 400, PARTNER, "unsupported", "Upgrade is not supported")      \
    ERR(ERR_HTTP_TIMEOUT, "request-timeout", 408, PARTNER, "server_busy",                          \
        "the request did not arrive in time")                                                      \
    ERR(ERR_HTTP_EXPECT, "expectation", 417, PARTNER, "unsupported", "Expect is not supported")    \
    /* --- tokens (RFC 6750 3.1) */                                                                \
    ERR(ERR_TOKEN_MISSING, "no-token", 401, PARTNER, "unauthorisedrequest",                        \
        "a bearer token is required")                                                              \
    ERR(ERR_TOKEN_REQUEST, "token-request", 400, PARTNER, "unauthorisedrequest",                   \
        "the token must stand once, in Authorization")                                             \
    ERR(ERR_TOKEN_FORM, "token-form", 401, PARTNER, "unauthorisedrequest",                         \
        "the token is not a well-formed JWT")                                                      \
    ERR(ERR_TOKEN_ALG, "token-alg", 401, PARTNER, "unauthorisedrequest",                           \
        "the token's algorithm is not one that is allowed")                                        \
    ERR(ERR_TOKEN_TYPE, "token-type", 401, PARTNER, "unauthorisedrequest",                         \
        "the token is not of type at+jwt")                                                         \
    ERR(ERR_TOKEN_KEY, "token-key", 401, PARTNER, "unauthorisedrequest",                           \
        "no registered key verifies the token")                                                    \
    ERR(ERR_TOKEN_ISSUER, "token-issuer", 401, PARTNER, "unauthorisedrequest",                     \
        "iss, sub and client_id must all be the client's id")                                      \
    ERR(ERR_TOKEN_AUDIENCE, "token-audience", 401, PARTNER, "unauthorisedrequest",                 \
        "the token is not for this resource")                                                      \
    ERR(ERR_TOKEN_EXPIRED, "token-expired", 401, PARTNER, "unauthorisedrequest",                   \
        "the token has expired")                                                                   \
    ERR(ERR_TOKEN_EARLY, "token-early", 401, PARTNER, "unauthorisedrequest",                       \
        "the token is not valid yet")                                                              \
    ERR(ERR_TOKEN_LIFETIME, "token-lifetime", 401, PARTNER, "unauthorisedrequest",                 \
        "the token lives longer than allowed")                                                     \
    ERR(ERR_TOKEN_CLAIM, "token-claim", 401, PARTNER, "unauthorisedrequest",                       \
        "a required claim is missing or malformed")                                                \
    ERR(ERR_TOKEN_BINDING, "token-binding", 401, PARTNER, "unauthorisedrequest",                   \
        "the token is bound to a sender that is not this one")                                     \
    /* --- the verdict */                                                                          \
    ERR(ERR_STOPPED, "stopped", 403, PARTNER, "forbidden", "access is stopped by the district")    \
    ERR(ERR_AGREEMENT_NOT_YET, "agreement-not-yet", 403, PARTNER, "forbidden",                     \
        "the agreement is not in force yet")                                                       \
    ERR(ERR_AGREEMENT_ENDED, "agreement-ended", 403, PARTNER, "forbidden",                         \
        "the agreement has ended")                                                                 \
    ERR(ERR_PATH, "unknown-path", 404, PARTNER, "unknownobject", "there is no such path")          \
    ERR(ERR_RECORD, "no-such-record", 404, PARTNER, "unknownobject", "there is no such record")    \
    ERR(ERR_RESOURCE, "resource-not-shared", 403, PARTNER, "forbidden",                            \
        "the agreement does not share this resource")                                              \
    ERR(ERR_PARAM, "unknown-parameter", 400, PARTNER, "invaliddata",                               \
        "the parameter is not known here")                                                         \
    ERR(ERR_PARAM_TWICE, "parameter-twice", 400, PARTNER, "invaliddata",                           \
        "the parameter stands twice")                                                              \
    ERR(ERR_PARAM_VALUE, "parameter-value", 400, PARTNER, "invaliddata",                           \
        "the parameter's value is not valid")                                                      \
    ERR(ERR_FILTER, "filter-syntax", 400, PARTNER, "invalid_filter_field",                         \
        "the filter is not of the form field op 'value'")                                          \
    ERR(ERR_FILTER_FIELD, "filter-field", 403, PARTNER, "invalid_filter_field",                    \
        "the agreement does not allow selecting by this field")                                    \
    ERR(ERR_SORT_FIELD, "sort-field", 403, PARTNER, "invalid_sort_field",                          \
        "the agreement does not allow sorting by this field")                                      \
    ERR(ERR_FIELDS, "fields-field", 400, PARTNER, "invalid_selection_field",                       \
        "the field is not one that this resource shares")                                          \
    ERR(ERR_CURSOR, "cursor", 400, PARTNER, "invaliddata",                                         \
        "the cursor is not one of this query; start from the first page")                          \
    ERR(ERR_OFFSET, "offset-too-far", 400, PARTNER, "invaliddata",                                 \
        "the offset is too far to scan; follow rel=next")                                          \
    ERR(ERR_RATE, "rate", 429, PARTNER, "server_busy", "too many requests")                        \
    ERR(ERR_STUDENTS, "students-per-day", 429, PARTNER, "server_busy",                             \
        "the page would pass the agreement's students for one day")                                \
    /* --- the data source */                                                                      \
    ERR(ERR_UP_CONNECT, "source-unreachable", 502, SOURCE, "internal_server_error",                \
        "the data source cannot be reached")                                                       \
    ERR(ERR_UP_TIMEOUT, "source-timeout", 504, SOURCE, "internal_server_error",                    \
        "the data source did not answer in time")                                                  \
    ERR(ERR_UP_HEAD, "source-head", 502, SOURCE, "internal_server_error",                          \
        "the data source's answer has a malformed head")                                           \
    ERR(ERR_UP_FRAMING, "source-framing", 502, SOURCE, "internal_server_error",                    \
        "the data source's answer has ambiguous framing")                                          \
    ERR(ERR_UP_TRUNCATED, "source-truncated", 502, SOURCE, "internal_server_error",                \
        "the data source's answer ended early")                                                    \
    ERR(ERR_UP_STATUS, "source-status", 502, SOURCE, "internal_server_error",                      \
        "the data source answered with an unusable status")                                        \
    ERR(ERR_UP_TYPE, "source-type", 502, SOURCE, "internal_server_error",                          \
        "the data source's answer is not JSON")                                                    \
    ERR(ERR_UP_CODING, "source-coding", 502, SOURCE, "internal_server_error",                      \
        "the data source's answer is compressed")                                                  \
    ERR(ERR_UP_JSON, "source-json", 502, SOURCE, "internal_server_error",                          \
        "the data source's answer is not valid JSON")                                              \
    ERR(ERR_UP_ENVELOPE, "source-envelope", 502, SOURCE, "internal_server_error",                  \
        "the data source's answer has another envelope")                                           \
    ERR(ERR_UP_RECORD_LARGE, "source-record-large", 502, SOURCE, "internal_server_error",          \
        "a record of the data source is too large")                                                \
    ERR(ERR_UP_DUPLICATE, "source-duplicate-key", 502, SOURCE, "internal_server_error",            \
        "a record of the data source has a key twice")                                             \
    ERR(ERR_UP_IDENTITY, "source-identity", 502, SOURCE, "internal_server_error",                  \
        "the data source answered with another record")                                            \
    ERR(ERR_UP_LEGS, "source-scan", 503, SOURCE, "server_busy",                                    \
        "the page needs too many requests to the data source; narrow the query")                   \
    /* --- ledger and stores */                                                                    \
    ERR(ERR_LEDGER, "ledger", 503, GATEWAY, "server_busy", "the ledger cannot write")              \
    ERR(ERR_LEDGER_FULL, "ledger-full", 503, GATEWAY, "server_busy", "the ledger's disk is full")  \
    ERR(ERR_LEDGER_MOVED, "ledger-moved", 503, GATEWAY, "server_busy",                             \
        "the ledger's file is not the one that was opened")                                        \
    ERR(ERR_LOCKED, "locked", 503, GATEWAY, "server_busy", "another process holds the lock")       \
    ERR(ERR_STORE, "store", 503, GATEWAY, "server_busy", "a database call failed")                 \
    ERR(ERR_STORE_FULL, "store-full", 503, GATEWAY, "server_busy", "a database's disk is full")

enum err {
    OK = 0,
#define ERR_SYMBOL(sym, code, status, fault, minor, text) sym,
    ERR_TABLE(ERR_SYMBOL)
#undef ERR_SYMBOL
        ERR_COUNT
};

/* What an incremental parser or a non-blocking call says of itself. */
enum step { STEP_DONE, STEP_MORE, STEP_ERR };

enum fault { FAULT_NONE, FAULT_PARTNER, FAULT_DISTRICT, FAULT_SOURCE, FAULT_GATEWAY };

/* One row of the table; static, never NULL (an unknown value gives ERR_INTERNAL's). */
struct err_row {
    const char *code;
    const char *text;
    const char *minor; /* imsx_codeMinorFieldValue */
    int status;        /* HTTP, 0 when never sent */
    enum fault fault;
};

const struct err_row *err_row(enum err e);

/* Shorthands into the row. */
const char *err_code(enum err e);
const char *err_text(enum err e);

/* Every function that can fail carries this. */
#define MUST_CHECK __attribute__((warn_unused_result))

#endif
