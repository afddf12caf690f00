/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/html.h"

const char html_style[] =
    ":root{color-scheme:light dark;--ink:#1b1b1b;--page:#fff;--line:#c8c8c8;--head:#f2f2f2;"
    "--soft:#555}"
    "@media(prefers-color-scheme:dark){:root{--ink:#eaeaea;--page:#16181c;--line:#44484f;"
    "--head:#23262c;--soft:#b0b4ba}}"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);"
    "max-width:80rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}"
    ".scroll{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%}"
    "caption{text-align:left;color:var(--soft);padding-bottom:.5rem}"
    "th,td{border:1px solid var(--line);padding:.4rem .6rem;text-align:left;vertical-align:top}"
    "thead th{background:var(--head)}tbody th{font-weight:600}"
    "th[scope=rowgroup]{background:var(--head)}"
    "td.none{color:var(--soft)}"
    "@media print{body{max-width:none;margin:0}.scroll{overflow:visible}}";

void html_text(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '&':
            buf_put_str(out, "&amp;");
            break;
        case '<':
            buf_put_str(out, "&lt;");
            break;
        case '>':
            buf_put_str(out, "&gt;");
            break;
        case '"':
            buf_put_str(out, "&quot;");
            break;
        case '\'':
            buf_put_str(out, "&#39;");
            break;
        default:
            buf_put_byte(out, text.ptr[i]);
            break;
        }
    }
}

void html_tagged(struct buf *out, const char *open, struct span text, const char *close)
{
    buf_put_str(out, open);
    html_text(out, text);
    buf_put_str(out, close);
}

void html_open(struct buf *out, struct span title)
{
    html_tagged(out,
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                "<meta name=\"viewport\" content=\"width=device-width\"><title>",
                title, "</title><style>");
    buf_put_str(out, html_style);
    html_tagged(out, "</style></head><body>\n<h1>", title, "</h1>\n");
}

void html_close(struct buf *out)
{
    buf_put_str(out, "</body></html>\n");
}
