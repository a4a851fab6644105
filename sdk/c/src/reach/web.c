/* Granted web addresses. */

#include "../reach.h"

#include <string.h>

wl_answer wl_send(wl_call *call, const wl_request *request) {
  wl_answer answer = {0, "", 0, NULL};
  if (call->failed) return answer;
  LIST(WORLD(tuple2_string_string_t)) list = {0};
  for (size_t i = 0; i < wl_count(request->headers); i++) {
    const char *value = wl_text(wl_item(request->headers, i), "");
    WORLD(tuple2_string_string_t) one = {wl_borrow(wl_key(request->headers, i)), wl_borrow(value)};
    MORE(list) = one;
  }
  windlass_plugin_http_request_t asked = {
      .method = wl_borrow(request->method ? request->method : "GET"),
      .url = wl_borrow(request->url),
      .headers = {list.items, list.count},
      .body = {request->body != NULL, {(uint8_t *)request->body, request->length}},
      .timeout_ms = request->timeout_ms,
      .more = wl_borrow("{}"),
  };
  windlass_plugin_http_response_t response;
  error_t error;
  if (!windlass_plugin_http_send(&asked, &response, &error)) {
    wl_fail_with(call, &error);
    return answer;
  }
  wl_json *headers = wl_object();
  for (size_t i = 0; i < response.headers.len; i++) {
    const char *name = wl_owned(response.headers.ptr[i].f0), *value = wl_owned(response.headers.ptr[i].f1);
    const char *before = wl_text(wl_member(headers, name), NULL);
    wl_set(headers, name, wl_string(before ? wl_format("%s, %s", before, value) : value));
  }
  return (wl_answer){response.status, wl_bytes(response.body), response.body.len, headers};
}

wl_answer wl_fetch(wl_call *call, const char *url, const wl_json *headers) {
  return wl_send(call, &(wl_request){.url = url, .headers = headers});
}

const wl_json *wl_answer_json(wl_call *call, const wl_answer *answer) {
  if (call->failed) return NULL;
  if (answer->status < 200 || answer->status > 299) {
    const size_t most = 200;
    bytes_t start = {(uint8_t *)answer->body, answer->length < most ? answer->length : most};
    const char *message = "the answer has status %d: %s";
    wl_fail(call, "operation", NULL, wl_format(message, answer->status, wl_readable(start)));
    return NULL;
  }
  const wl_json *value = wl_parse(answer->body, answer->length);
  if (!value) wl_fail(call, "operation", NULL, "the answer cannot be read: it is no JSON");
  return value;
}
