/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_HTTP_ROWS_H
#define UNIT_HTTP_ROWS_H

/*
 * Each case of docs/http-strictness.md: side, sentence, bytes, verdict, and what
 * was reported before it: heads, bodies (joined) and ends, parted by '|'. The
 * connection ends behind the bytes. TO_HEAD: the answer to a HEAD request.
 */
#define HTTP_ROWS(ROW)                                                                             \
    ROW(REQUEST, "takes a plain GET",                                                              \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        OK, "head GET /x a.example|end")                                                           \
    ROW(REQUEST, "takes HEAD",                                                                     \
        "HEAD /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        OK, "head HEAD /x a.example|end")                                                          \
    ROW(REQUEST, "takes OPTIONS and TRACE for the handler to refuse",                              \
        "OPTIONS /x HTTP/1.1\r\n"                                                                  \
        "Host: a.example\r\n"                                                                      \
        "\r\n"                                                                                     \
        "TRACE /x HTTP/1.1\r\n"                                                                    \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        OK, "head other /x a.example|end|head other /x a.example|end")                             \
    ROW(REQUEST, "takes a Content-Length body",                                                    \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 5\r\n"                                                                    \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        OK, "head POST /x a.example|body hello|end")                                               \
    ROW(REQUEST, "takes Content-Length 0",                                                         \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 0\r\n"                                                                    \
        "\r\n",                                                                                    \
        OK, "head POST /x a.example|end")                                                          \
    ROW(REQUEST, "takes a chunked body",                                                           \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n",                                                     \
        OK, "head POST /x a.example|body helloabc|end")                                            \
    ROW(REQUEST, "takes chunked in any case, sizes too",                                           \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "transfer-ENCODING:  Chunked  \r\n"                                                        \
        "\r\n"                                                                                     \
        "00A\r\n0123456789\r\n0\r\n\r\n",                                                          \
        OK, "head POST /x a.example|body 0123456789|end")                                          \
    ROW(REQUEST, "takes pipelined requests one after the other",                                   \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n"                                                                                     \
        "GET /y HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        OK, "head GET /x a.example|end|head GET /y a.example|end")                                 \
    ROW(REQUEST, "takes bytes from 0x80 up in values that nobody reads",                           \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X: caf\xc3\xa9\r\n"                                                                       \
        "\r\n",                                                                                    \
        OK, "head GET /x a.example|end")                                                           \
    ROW(REQUEST, "takes an empty value",                                                           \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X:\r\n"                                                                                   \
        "\r\n",                                                                                    \
        OK, "head GET /x a.example|end")                                                           \
    ROW(REQUEST, "takes blanks around a value",                                                    \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X: \t a \t \r\n"                                                                          \
        "\r\n",                                                                                    \
        OK, "head GET /x a.example|end")                                                           \
    ROW(REQUEST, "takes an empty element in Connection",                                           \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Connection: , keep-alive,\r\n"                                                            \
        "\r\n",                                                                                    \
        OK, "head GET /x a.example|end")                                                           \
    ROW(REQUEST, "does not let Connection name away a header",                                     \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Connection: Authorization, Host\r\n"                                                      \
        "\r\n",                                                                                    \
        OK, "head GET /x a.example|end")                                                           \
    ROW(REQUEST, "reads Connection close",                                                         \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Connection: foo, Close\r\n"                                                               \
        "\r\n",                                                                                    \
        OK, "head GET /x a.example close|end")                                                     \
    ROW(REQUEST, "ignores Range, conditions and Accept-Encoding",                                  \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Range: bytes=0-1\r\nIf-None-Match: \"a\"\r\nAccept-Encoding: gzip\r\n"                    \
        "\r\n",                                                                                    \
        OK, "head GET /x a.example|end")                                                           \
    ROW(REQUEST, "takes absolute-form whose authority is the Host",                                \
        "GET http://A.example/x HTTP/1.1\r\n"                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        OK, "head GET /x a.example|end")                                                           \
    ROW(REQUEST, "takes a Host with a port",                                                       \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example:8443\r\n"                                                                 \
        "\r\n",                                                                                    \
        OK, "head GET /x a.example:8443|end")                                                      \
    ROW(REQUEST, "takes an IPv6 Host",                                                             \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: [::1]:8443\r\n"                                                                     \
        "\r\n",                                                                                    \
        OK, "head GET /x [::1]:8443|end")                                                          \
    ROW(REQUEST, "refuses Content-Length and Transfer-Encoding together",                          \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"                                      \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses them in the other order",                                                \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"                                      \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses an empty Transfer-Encoding beside Content-Length",                       \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding:\r\nContent-Length: 5\r\n"                                              \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses two equal Content-Lengths",                                              \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 5\r\nContent-Length: 5\r\n"                                               \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses two Content-Lengths that differ",                                        \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 5\r\nContent-Length: 6\r\n"                                               \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length of a list",                                             \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 5, 5\r\n"                                                                 \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length of a plus sign",                                        \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: +5\r\n"                                                                   \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length of a minus sign",                                       \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: -1\r\n"                                                                   \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length of a blank inside",                                     \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 5 5\r\n"                                                                  \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length of hexadecimal",                                        \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 0x5\r\n"                                                                  \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length of no digits",                                          \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: \r\n"                                                                     \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length of a leading zero",                                     \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 05\r\n"                                                                   \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length of an overflow",                                        \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 9223372036854775808\r\n"                                                  \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length of a huge overflow",                                    \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 99999999999999999999999\r\n"                                              \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length of a fraction",                                         \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 5.0\r\n"                                                                  \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length with a TAB behind it",                                  \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 5\t\r\n"                                                                  \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a Content-Length with a TAB before it",                                  \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length:\t5\r\n"                                                                   \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "takes a Content-Length with blanks behind it",                                   \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 5  \r\n"                                                                  \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        OK, "head POST /x a.example|body hello|end")                                               \
    ROW(REQUEST, "refuses a vertical tab in Content-Length",                                       \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: \v5\r\n"                                                                  \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a Transfer-Encoding of an empty coding",                                 \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: \r\n"                                                                  \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding of an empty element before chunked",                 \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: , chunked\r\n"                                                         \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding of an empty element after chunked",                  \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked,\r\n"                                                          \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding of gzip before chunked",                             \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: gzip, chunked\r\n"                                                     \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding of xchunked",                                        \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: xchunked\r\n"                                                          \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding of chunked and identity",                            \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked, identity\r\n"                                                 \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding of identity",                                        \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: identity\r\n"                                                          \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding of gzip",                                            \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: gzip\r\n"                                                              \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding of chunked twice in one line",                       \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked, chunked\r\n"                                                  \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding of a parameter",                                     \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked;a=b\r\n"                                                       \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding of quotes",                                          \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: \"chunked\"\r\n"                                                       \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding of a blank inside",                                  \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chu nked\r\n"                                                          \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding with a TAB behind it",                               \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked \t\r\n"                                                        \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a Transfer-Encoding with a TAB before it",                               \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding:\tchunked\r\n"                                                          \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses two Transfer-Encoding lines",                                            \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"                             \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_CODING, "")                                                                       \
    ROW(REQUEST, "refuses a vertical tab before chunked",                                          \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: \vchunked\r\n"                                                         \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses Transfer-Encoding with a blank before the colon",                        \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding : chunked\r\n"                                                          \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses Content-Length with a blank before the colon",                           \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length : 5\r\n"                                                                   \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses HTTP/1.0 with chunked",                                                  \
        "POST /x HTTP/1.0\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_VERSION, "")                                                                      \
    ROW(REQUEST, "refuses a CR alone after an empty value (CVE-2023-30589)",                       \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X:\rxContent-Length: 5\r\n"                                                               \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a CR alone inside a value",                                              \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X: a\rb\r\n"                                                                              \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a CR alone inside a name",                                               \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X\rY: b\r\n"                                                                              \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses CR CR LF",                                                               \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\r\n"                                                                    \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses LF alone after a header",                                                \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\n"                                                                        \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses LF alone after the request line",                                        \
        "GET /x HTTP/1.1\n"                                                                        \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses LF alone as the empty line",                                             \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\n",                                                                                      \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a request hidden behind CR in the empty line",                           \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n\rZGET /evil HTTP/1.1\r\nHost: a\r\n\r\n",                                            \
        ERR_HTTP_HEAD, "head GET /x a.example|end")                                                \
    ROW(REQUEST, "refuses a header block that ends in CR and another byte",                        \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\rZGET /evil HTTP/1.1\r\nHost: a\r\n\r\n",                                                \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a blank before the colon",                                               \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Name : v\r\n"                                                                             \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a TAB before the colon",                                                 \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Name\t: v\r\n"                                                                            \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a folded line",                                                          \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X: a\r\n b\r\n"                                                                           \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a line folded with TAB",                                                 \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X: a\r\n\tb\r\n"                                                                          \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a folded Transfer-Encoding",                                             \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding:\r\n chunked\r\n"                                                       \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a folded Content-Length",                                                \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length:\r\n 5\r\n"                                                                \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a blank before the first header",                                        \
        "GET /x HTTP/1.1\r\n"                                                                      \
        " X: y\r\n"                                                                                \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses an empty line before the request line",                                  \
        "\r\n"                                                                                     \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a blank before the method",                                              \
        " GET /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses an empty name",                                                          \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        ": x\r\n"                                                                                  \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a line without a colon",                                                 \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "nonsense\r\n"                                                                             \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses an underscore in a name",                                                \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X_Y: z\r\n"                                                                               \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses Content_Length",                                                         \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Content_Length: 5\r\n"                                                                    \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses other token bytes in a name",                                            \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X!Y: z\r\n"                                                                               \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a name that is no token",                                                \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X(Y): z\r\n"                                                                              \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses bytes from 0x80 up in a name",                                           \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X\xc3\xa9: z\r\n"                                                                         \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses NUL in a value",                                                         \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X: a\0b\r\n"                                                                              \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses NUL in a name",                                                          \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X\0Y: b\r\n"                                                                              \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a control character in a value",                                         \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X: a\001b\r\n"                                                                            \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses DEL in a value",                                                         \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "X: a\177b\r\n"                                                                            \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses HTTP/0.9",                                                               \
        "GET /x\r\n"                                                                               \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses HTTP/0.9 that says so",                                                  \
        "GET /x HTTP/0.9\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_VERSION, "")                                                                      \
    ROW(REQUEST, "refuses HTTP/1.0",                                                               \
        "GET /x HTTP/1.0\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_VERSION, "")                                                                      \
    ROW(REQUEST, "refuses HTTP/1.2",                                                               \
        "GET /x HTTP/1.2\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_VERSION, "")                                                                      \
    ROW(REQUEST, "refuses HTTP/2.0",                                                               \
        "GET /x HTTP/2.0\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_VERSION, "")                                                                      \
    ROW(REQUEST, "refuses RTSP/1.0",                                                               \
        "GET /x RTSP/1.0\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a lower-case version",                                                   \
        "GET /x http/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a version with more digits",                                             \
        "GET /x HTTP/1.10\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a blank behind the version",                                             \
        "GET /x HTTP/1.1 \r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses two blanks before the target",                                           \
        "GET  /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses two blanks behind the target",                                           \
        "GET /x  HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a TAB between the parts",                                                \
        "GET\t/x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a blank in the target",                                                  \
        "GET /a b HTTP/1.1\r\n"                                                                    \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a TAB in the target",                                                    \
        "GET /a\tb HTTP/1.1\r\n"                                                                   \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_TARGET, "")                                                                       \
    ROW(REQUEST, "refuses bytes from 0x80 up in the target",                                       \
        "GET /\xc3\xa9 HTTP/1.1\r\n"                                                               \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_TARGET, "")                                                                       \
    ROW(REQUEST, "refuses a control character in the target",                                      \
        "GET /a\001 HTTP/1.1\r\n"                                                                  \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a fragment",                                                             \
        "GET /x#y HTTP/1.1\r\n"                                                                    \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_TARGET, "")                                                                       \
    ROW(REQUEST, "refuses a backslash",                                                            \
        "GET /x\\y HTTP/1.1\r\n"                                                                   \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_TARGET, "")                                                                       \
    ROW(REQUEST, "refuses the asterisk form",                                                      \
        "OPTIONS * HTTP/1.1\r\n"                                                                   \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_TARGET, "")                                                                       \
    ROW(REQUEST, "refuses the authority form",                                                     \
        "GET a.example:80 HTTP/1.1\r\n"                                                            \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_TARGET, "")                                                                       \
    ROW(REQUEST, "refuses another scheme",                                                         \
        "GET ftp://a.example/x HTTP/1.1\r\n"                                                       \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_TARGET, "")                                                                       \
    ROW(REQUEST, "refuses absolute-form without a path",                                           \
        "GET http://a.example HTTP/1.1\r\n"                                                        \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_TARGET, "")                                                                       \
    ROW(REQUEST, "refuses absolute-form without an authority",                                     \
        "GET http:///x HTTP/1.1\r\n"                                                               \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_TARGET, "")                                                                       \
    ROW(REQUEST, "refuses an unknown method",                                                      \
        "BREW /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a lower-case method",                                                    \
        "get /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses a method that is no token",                                              \
        "G(T /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "refuses CONNECT",                                                                \
        "CONNECT a.example:443 HTTP/1.1\r\n"                                                       \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_METHOD, "")                                                                       \
    ROW(REQUEST, "refuses the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ERR_HTTP_HEAD,  \
        "")                                                                                        \
    ROW(REQUEST, "refuses a TLS hello on a plain port", "\x16\x03\x01\x02\x00\x01", ERR_HTTP_HEAD, \
        "")                                                                                        \
    ROW(REQUEST, "refuses a missing Host",                                                         \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses two Hosts",                                                              \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses an absolute-form that names another host",                               \
        "GET http://b.example/x HTTP/1.1\r\n"                                                      \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses an absolute-form with user information",                                 \
        "GET http://u@a.example/x HTTP/1.1\r\n"                                                    \
        "Host: a.example\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses an empty Host",                                                          \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: \r\n"                                                                               \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses a blank in Host",                                                        \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a b\r\n"                                                                            \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses user information in Host",                                               \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: u@a.example\r\n"                                                                    \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses a path in Host",                                                         \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example/x\r\n"                                                                    \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses a comma in Host",                                                        \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example,b\r\n"                                                                    \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses a percent in Host",                                                      \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a%2eexample\r\n"                                                                    \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses bytes from 0x80 up in Host",                                             \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: \xc3\xa9.example\r\n"                                                               \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses a port over 65535",                                                      \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example:65536\r\n"                                                                \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses an empty port",                                                          \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example:\r\n"                                                                     \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses a port that is no number",                                               \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example:x\r\n"                                                                    \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses a Host that is only a port",                                             \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: :80\r\n"                                                                            \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses an open bracket in Host",                                                \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: [::1\r\n"                                                                           \
        "\r\n",                                                                                    \
        ERR_HTTP_HOST, "")                                                                         \
    ROW(REQUEST, "refuses Upgrade h2c",                                                            \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"      \
        "\r\n",                                                                                    \
        ERR_HTTP_UPGRADE, "")                                                                      \
    ROW(REQUEST, "refuses Upgrade with Content-Length",                                            \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n"                             \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_HTTP_UPGRADE, "")                                                                      \
    ROW(REQUEST, "refuses Upgrade with chunked",                                                   \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n"              \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_HTTP_UPGRADE, "")                                                                      \
    ROW(REQUEST, "refuses Upgrade without Connection",                                             \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Upgrade: websocket\r\n"                                                                   \
        "\r\n",                                                                                    \
        ERR_HTTP_UPGRADE, "")                                                                      \
    ROW(REQUEST, "refuses HTTP2-Settings alone",                                                   \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "HTTP2-Settings: AAMAAABk\r\n"                                                             \
        "\r\n",                                                                                    \
        ERR_HTTP_UPGRADE, "")                                                                      \
    ROW(REQUEST, "refuses Expect",                                                                 \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Expect: 100-continue\r\n"                                                                 \
        "\r\n",                                                                                    \
        ERR_HTTP_EXPECT, "")                                                                       \
    ROW(REQUEST, "refuses a Connection that is no list of tokens",                                 \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Connection: clo se\r\n"                                                                   \
        "\r\n",                                                                                    \
        ERR_HTTP_HEAD, "")                                                                         \
    ROW(REQUEST, "drops a chunk extension",                                                        \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "3;a=b;c=\"d\"\r\nabc\r\n0;last\r\n\r\n",                                                  \
        OK, "head POST /x a.example|body abc|end")                                                 \
    ROW(REQUEST, "drops trailers, Content-Length among them",                                      \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "3\r\nabc\r\n0\r\nContent-Length: 9\r\nX: y\r\n\r\n",                                      \
        OK, "head POST /x a.example|body abc|end")                                                 \
    ROW(REQUEST, "refuses chunk data without CRLF behind it",                                      \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1\r\nAXY0\r\n\r\n",                                                                       \
        ERR_HTTP_FRAMING, "head POST /x a.example|body A")                                         \
    ROW(REQUEST, "refuses LF alone behind chunk data",                                             \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1\r\nA\n0\r\n\r\n",                                                                       \
        ERR_HTTP_FRAMING, "head POST /x a.example|body A")                                         \
    ROW(REQUEST, "refuses LF alone behind a chunk size",                                           \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1\nA\r\n0\r\n\r\n",                                                                       \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses LF alone in a chunk extension",                                          \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1;a\nA\r\n0\r\n\r\n",                                                                     \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses NUL in a chunk extension",                                               \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1;a\0b\r\nA\r\n0\r\n\r\n",                                                                \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses bytes from 0x80 up in a chunk extension",                                \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1;\xff\r\nA\r\n0\r\n\r\n",                                                                \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk size of 0x1",                                                    \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0x1\r\nA\r\n0\r\n\r\n",                                                                   \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk size of -1",                                                     \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "-1\r\nA\r\n0\r\n\r\n",                                                                    \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk size of +1",                                                     \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "+1\r\nA\r\n0\r\n\r\n",                                                                    \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk size of a blank behind",                                         \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1 \r\nA\r\n0\r\n\r\n",                                                                    \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk size of a blank in front",                                       \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        " 1\r\nA\r\n0\r\n\r\n",                                                                    \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk size of nothing",                                                \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "\r\nA\r\n0\r\n\r\n",                                                                      \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk size of a TAB behind",                                           \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1\t\r\nA\r\n0\r\n\r\n",                                                                   \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk size of an overflow",                                            \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "fffffffffffffffff\r\nA\r\n0\r\n\r\n",                                                     \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk size of more than a signed number holds",                        \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "8000000000000000\r\nA\r\n0\r\n\r\n",                                                      \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk size of seventeen digits",                                       \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "00000000000000001\r\nA\r\n0\r\n\r\n",                                                     \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk size of a letter past f",                                        \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "g\r\nA\r\n0\r\n\r\n",                                                                     \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk line ended by CR and a semicolon",                               \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "5\r\r;ABCD\r\n0\r\n\r\n",                                                                 \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk line ended by CR and another byte",                              \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1\rXA\r\n0\r\n\r\n",                                                                      \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a chunk extension ended by CR and another byte",                         \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1;a\rXA\r\n0\r\n\r\n",                                                                    \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a folded trailer",                                                       \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0\r\nX: a\r\n b\r\n\r\n",                                                                 \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses LF alone in trailers",                                                   \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0\r\nX: a\n\r\n",                                                                         \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a trailer without a name",                                               \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0\r\n: a\r\n\r\n",                                                                        \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a blank before a trailer colon",                                         \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0\r\nX : a\r\n\r\n",                                                                      \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "refuses a last chunk ended by CR and another byte",                              \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0\r\n\rX",                                                                                \
        ERR_HTTP_FRAMING, "head POST /x a.example")                                                \
    ROW(REQUEST, "takes the bytes behind a last chunk for the next request",                       \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0\r\n\r\nGET /y HTTP/1.1\r\nHost: b\r\n\r\n",                                             \
        OK, "head POST /x a.example|end|head GET /y b|end")                                        \
    ROW(REQUEST, "takes a GET with a body for the server to refuse",                               \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 5\r\n"                                                                    \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        OK, "head GET /x a.example|body hello|end")                                                \
    ROW(REQUEST,                                                                                   \
        "takes the bytes behind Connection: close for nothing but a message of their own",         \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n"                                                                      \
        "Connection: close\r\n"                                                                    \
        "\r\n"                                                                                     \
        "junk\r\n",                                                                                \
        OK, "head GET /x a.example close|end")                                                     \
    ROW(RESPONSE, "takes an answer with Content-Length",                                           \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 2\r\n"                                                                    \
        "\r\n"                                                                                     \
        "ab",                                                                                      \
        OK, "head 200|body ab|end")                                                                \
    ROW(RESPONSE, "takes a chunked answer",                                                        \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "2\r\nab\r\n0\r\n\r\n",                                                                    \
        OK, "head 200|body ab|end")                                                                \
    ROW(RESPONSE, "takes an answer that ends with the connection",                                 \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "\r\n"                                                                                     \
        "ab",                                                                                      \
        OK, "head 200 close|body ab|end")                                                          \
    ROW(RESPONSE, "takes an empty reason",                                                         \
        "HTTP/1.1 200 \r\n"                                                                        \
        "Content-Length: 0\r\n"                                                                    \
        "\r\n",                                                                                    \
        OK, "head 200|end")                                                                        \
    ROW(RESPONSE, "takes HTTP/1.0 with Content-Length, for one answer",                            \
        "HTTP/1.0 200 OK\r\n"                                                                      \
        "Content-Length: 2\r\n"                                                                    \
        "\r\n"                                                                                     \
        "ab",                                                                                      \
        OK, "head 200 close|body ab|end")                                                          \
    ROW(RESPONSE, "takes 204 without a body",                                                      \
        "HTTP/1.1 204 No Content\r\n"                                                              \
        "\r\n",                                                                                    \
        OK, "head 204|end")                                                                        \
    ROW(RESPONSE, "takes 304 without a body whatever its Content-Length",                          \
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n"                                       \
        "\r\n",                                                                                    \
        OK, "head 304|end")                                                                        \
    ROW(RESPONSE, "shows 1xx as a message of its own",                                             \
        "HTTP/1.1 103 Early Hints\r\n"                                                             \
        "\r\n"                                                                                     \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 0\r\n"                                                                    \
        "\r\n",                                                                                    \
        OK, "head 103|end|head 200|end")                                                           \
    ROW(RESPONSE, "does not show a header with an underscore",                                     \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content_Length: 9\r\nContent-Length: 2\r\n"                                               \
        "\r\n"                                                                                     \
        "ab",                                                                                      \
        OK, "head 200|body ab|end")                                                                \
    ROW(RESPONSE, "does not switch protocols on an advertisement",                                 \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Upgrade: h2\r\nConnection: Upgrade\r\nContent-Length: 2\r\n"                              \
        "\r\n"                                                                                     \
        "ab",                                                                                      \
        OK, "head 200|body ab|end")                                                                \
    ROW(TO_HEAD, "takes an answer to HEAD without the body it announces",                          \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 5\r\n"                                                                    \
        "\r\n",                                                                                    \
        OK, "head 200|end")                                                                        \
    ROW(TO_HEAD, "takes a chunked answer to HEAD without a body",                                  \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n",                                                                                    \
        OK, "head 200|end")                                                                        \
    ROW(TO_HEAD, "takes an answer to HEAD without framing",                                        \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "\r\n",                                                                                    \
        OK, "head 200|end")                                                                        \
    ROW(RESPONSE, "refuses an answer with Content-Length and Transfer-Encoding together",          \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"                                      \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with an empty Transfer-Encoding beside Content-Length",       \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding:\r\nContent-Length: 5\r\n"                                              \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with two equal Content-Lengths",                              \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 5\r\nContent-Length: 5\r\n"                                               \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with two Content-Lengths that differ",                        \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 5\r\nContent-Length: 6\r\n"                                               \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with a Content-Length list",                                  \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 5, 5\r\n"                                                                 \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with a Content-Length with a plus sign",                      \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: +5\r\n"                                                                   \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with a negative Content-Length",                              \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: -1\r\n"                                                                   \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with an empty Content-Length",                                \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length:\r\n"                                                                      \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with a hexadecimal Content-Length",                           \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 0x5\r\n"                                                                  \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with a Content-Length that overflows",                        \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 18446744073709551617\r\n"                                                 \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with gzip before chunked",                                    \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: gzip, chunked\r\n"                                                     \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with an empty element before chunked",                        \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: , chunked\r\n"                                                         \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with xchunked",                                               \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: xchunked\r\n"                                                          \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with chunked and identity",                                   \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked, identity\r\n"                                                 \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with gzip as the transfer coding",                            \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: gzip\r\n"                                                              \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with a Content-Length with a TAB behind it",                  \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 5\t\r\n"                                                                  \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with a Transfer-Encoding with a TAB behind it",               \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\t\r\n"                                                         \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses an answer with two Transfer-Encoding lines",                            \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"                             \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(TO_HEAD, "refuses an answer to HEAD with both framings",                                   \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"                                      \
        "\r\n",                                                                                    \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses HTTP/1.0 with chunked in an answer",                                    \
        "HTTP/1.0 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses 204 with Content-Length",                                               \
        "HTTP/1.1 204 No\r\nContent-Length: 5\r\n"                                                 \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses 204 with chunked",                                                      \
        "HTTP/1.1 204 No\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0\r\n\r\n",                                                                               \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses 103 with Content-Length",                                               \
        "HTTP/1.1 103 No\r\nContent-Length: 5\r\n"                                                 \
        "\r\n"                                                                                     \
        "hello",                                                                                   \
        ERR_UP_FRAMING, "")                                                                        \
    ROW(RESPONSE, "refuses 101",                                                                   \
        "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n"                        \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with a CR alone after an empty value",                        \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "X:\rxContent-Length: 5\r\n"                                                               \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with a CR alone in a value (splitting)",                      \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "X: a\rSet-Cookie: b\r\n"                                                                  \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with a blank before the colon",                               \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length : 5\r\n"                                                                   \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with a folded line",                                          \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "X: a\r\n b\r\n"                                                                           \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with a folded Content-Length",                                \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length:\r\n 5\r\n"                                                                \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with an empty name",                                          \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        ": x\r\n"                                                                                  \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with NUL in a value",                                         \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "X: a\0b\r\n"                                                                              \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with a control character in a value",                         \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "X: a\001b\r\n"                                                                            \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with a name that is no token",                                \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "X(Y): z\r\n"                                                                              \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with a line without a colon",                                 \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "nonsense\r\n"                                                                             \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with a Connection that is no list of tokens",                 \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Connection: clo se\r\n"                                                                   \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with LF alone",                                               \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "X: y\n"                                                                                   \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer whose head ends in CR and another byte",                      \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "\rZHTTP/1.1 200 OK\r\n\r\n",                                                              \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses an answer with an empty line in front",                                 \
        "\r\n"                                                                                     \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses a status line with HTTP/2.0",                                           \
        "HTTP/2.0 200 OK\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses a status line with HTTP/0.9",                                           \
        "HTTP/0.9 200 OK\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses a status line with ICY",                                                \
        "ICY 200 OK\r\n"                                                                           \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses a status line with RTSP",                                               \
        "RTSP/1.0 200 OK\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses a status line with no blank behind the status",                         \
        "HTTP/1.1 200\r\n"                                                                         \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses a status line with two digits",                                         \
        "HTTP/1.1 20 OK\r\n"                                                                       \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses a status line with four digits",                                        \
        "HTTP/1.1 2000 OK\r\n"                                                                     \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses a status line with status 600",                                         \
        "HTTP/1.1 600 No\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses a status line with status 099",                                         \
        "HTTP/1.1 099 No\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses a status line with two blanks",                                         \
        "HTTP/1.1  200 OK\r\n"                                                                     \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "refuses a status line with a lower-case version",                               \
        "http/1.1 200 OK\r\n"                                                                      \
        "\r\n",                                                                                    \
        ERR_UP_HEAD, "")                                                                           \
    ROW(RESPONSE, "drops chunk extensions and trailers of an answer",                              \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "3;a=b\r\nabc\r\n0\r\nContent-Length: 9\r\n\r\n",                                          \
        OK, "head 200|body abc|end")                                                               \
    ROW(RESPONSE, "refuses an answer with chunk data without CRLF behind it",                      \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1\r\nAXY0\r\n\r\n",                                                                       \
        ERR_UP_FRAMING, "head 200|body A")                                                         \
    ROW(RESPONSE, "refuses an answer with LF alone behind a chunk size",                           \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "1\nA\r\n0\r\n\r\n",                                                                       \
        ERR_UP_FRAMING, "head 200")                                                                \
    ROW(RESPONSE, "refuses an answer with a chunk line ended by CR and a semicolon",               \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "5\r\r;ABCD\r\n0\r\n\r\n",                                                                 \
        ERR_UP_FRAMING, "head 200")                                                                \
    ROW(RESPONSE, "refuses an answer with a chunk size of 0x1",                                    \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0x1\r\nA\r\n0\r\n\r\n",                                                                   \
        ERR_UP_FRAMING, "head 200")                                                                \
    ROW(RESPONSE, "refuses an answer with a chunk size that overflows",                            \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "fffffffffffffffff\r\nA\r\n0\r\n\r\n",                                                     \
        ERR_UP_FRAMING, "head 200")                                                                \
    ROW(RESPONSE, "refuses an answer with a folded trailer",                                       \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "0\r\nX: a\r\n b\r\n\r\n",                                                                 \
        ERR_UP_FRAMING, "head 200")                                                                \
    ROW(RESPONSE, "refuses an answer that ends inside its head",                                   \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "X: y",                                                                                    \
        ERR_UP_TRUNCATED, "")                                                                      \
    ROW(RESPONSE, "refuses an answer that ends inside its length",                                 \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Content-Length: 5\r\n"                                                                    \
        "\r\n"                                                                                     \
        "ab",                                                                                      \
        ERR_UP_TRUNCATED, "head 200|body ab")                                                      \
    ROW(RESPONSE, "refuses an answer that ends inside a chunk",                                    \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "5\r\nab",                                                                                 \
        ERR_UP_TRUNCATED, "head 200|body ab")                                                      \
    ROW(RESPONSE, "refuses an answer that ends before the last chunk",                             \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "2\r\nab\r\n",                                                                             \
        ERR_UP_TRUNCATED, "head 200|body ab")                                                      \
    ROW(RESPONSE, "refuses an answer that ends inside its trailers",                               \
        "HTTP/1.1 200 OK\r\n"                                                                      \
        "Transfer-Encoding: chunked\r\n"                                                           \
        "\r\n"                                                                                     \
        "2\r\nab\r\n0\r\n",                                                                        \
        ERR_UP_TRUNCATED, "head 200|body ab")                                                      \
    ROW(REQUEST, "refuses a request that ends inside its head",                                    \
        "GET /x HTTP/1.1\r\n"                                                                      \
        "Host: a.example\r\n",                                                                     \
        ERR_HTTP_FRAMING, "")                                                                      \
    ROW(REQUEST, "refuses a request that ends inside its body",                                    \
        "POST /x HTTP/1.1\r\n"                                                                     \
        "Host: a.example\r\n"                                                                      \
        "Content-Length: 5\r\n"                                                                    \
        "\r\n"                                                                                     \
        "ab",                                                                                      \
        ERR_HTTP_FRAMING, "head POST /x a.example|body ab")

#endif
