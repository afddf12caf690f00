/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages that need no token because they say the same to everybody: the notice
 * against redisclosure, and what each reason code means.
 */
#include "base/buf.h"
#include "proxy/answer_priv.h"

static const char NOTICE[] =
    "Personally identifiable information from education records that you receive through this\n"
    "service is disclosed on the condition that you will not disclose it to any other party\n"
    "without the prior consent of the parent or eligible student, except as 34 CFR 99.33(b)\n"
    "allows, and that your officers, employees and agents use it only for the purposes for\n"
    "which the disclosure was made (34 CFR 99.33(a)). The agreement between you and the\n"
    "district says which purposes these are.\n";

static void send_text(struct exchange_io *io, unsigned status, struct span text)
{
    struct http_header headers[] = {{SPAN("Content-Type"), SPAN("text/plain; charset=utf-8")},
                                    {SPAN("Cache-Control"), SPAN("no-store")}};
    struct response_head head = {.status = status, .headers = headers, .header_count = 2};

    if (io_answer(io, &head, text) != OK) {
        return; /* the server has ended the connection */
    }
}

static bool send_reason(struct proxy *p, struct exchange_io *io, struct span code)
{
    static const char *const faults[] = {"nobody", "the request", "the district's files",
                                         "the district's data source", "the gateway"};

    for (int e = OK + 1; e < ERR_COUNT; e++) {
        const struct err_row *row = err_row((enum err)e);

        if (row->status != 0 && span_eq_str(code, row->code)) {
            buf_clear(&p->scratch);
            buf_printf(&p->scratch, "%s (HTTP %d): %s.\nCause: %s.\n", row->code, row->status,
                       row->text, faults[row->fault]);
            send_text(io, 200, buf_span(&p->scratch));
            return true;
        }
    }
    return false;
}

bool answer_page(struct proxy *p, struct exchange_io *io, const struct request *r)
{
    const struct target *t = r->target;

    if (t->segment_count != 2 || t->param_count != 0 ||
        (r->head->method != HTTP_GET && r->head->method != HTTP_HEAD)) {
        return false;
    }
    if (span_eq(t->segments[0], SPAN("errors"))) {
        return send_reason(p, io, t->segments[1]);
    }
    if (span_eq(t->segments[0], SPAN("notices")) && span_eq(t->segments[1], SPAN("redisclosure"))) {
        send_text(io, 200, span_str(NOTICE));
        return true;
    }
    return false;
}
