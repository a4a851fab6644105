/* A call: its arguments, and its error. */

#include "internal.h"

#include <string.h>

/* ---- Arguments ---- */

const wl_json *wl_arguments(const wl_call *call) { return call->args; }
const wl_json *wl_argument(const wl_call *call, const char *name) { return wl_member(call->args, name); }

const char *wl_argument_text(const wl_call *call, const char *name) {
  const wl_json *value = wl_argument(call, name);
  return wl_text(value, wl_text(wl_member(value, "$path"), NULL));
}

const char *wl_argument_path(wl_call *call, const char *name) {
  const char *path = wl_argument_text(call, name);
  if (!path || !*path) {
    wl_fail(call, "invalid-value", name, "a path cannot be empty");
    return ".";
  }
  return path;
}

uint32_t wl_argument_mode(wl_call *call, const char *name) {
  const wl_json *value = wl_argument(call, name);
  const char *text = wl_kind_of(value) == WL_NUMBER ? wl_write(value) : wl_text(value, "");
  const char *digits = strncmp(text, "0o", 2) == 0 ? text + 2 : text;
  uint32_t bits = 0;
  bool right = *digits != 0;
  for (const char *at = digits; *at && strcmp(at, ".0") != 0; at++) {
    right = right && *at >= '0' && *at <= '7' && bits <= 0777;
    bits = bits * 8 + (uint32_t)(*at - '0');
  }
  if (right) return bits;
  const char *message = "%s is no mode: write the octal digits, as in 644 or \"0644\"";
  wl_fail(call, "invalid-value", name, wl_format(message, text));
  return 0;
}

int64_t wl_secret_of(const wl_json *value) {
  return wl_count(value) == 1 ? wl_whole(wl_member(value, "$secret"), -1) : -1;
}

/* ---- Errors ---- */

void wl_fail_with(wl_call *call, const error_t *error) {
  if (call->failed) return;
  call->failed = true;
  call->error = *error;
}

void wl_fail(wl_call *call, const char *kind, const char *at, const char *message) {
  error_t error = {wl_borrow(kind), wl_borrow(message), {at != NULL, wl_borrow(at)}, wl_borrow("{}")};
  wl_fail_with(call, &error);
}

bool wl_failed(const wl_call *call) { return call->failed; }

bool wl_ended(const wl_call *call, error_t *error) {
  if (call->failed) *error = call->error;
  return !call->failed;
}

bool wl_caught(wl_call *call, const char *kind) {
  bool caught = call->failed && strcmp(wl_owned(call->error.kind), kind) == 0;
  if (caught) call->failed = false;
  return caught;
}

/* ---- Log ---- */

void wl_log(const char *level, const char *message) {
  text_t how = wl_borrow(level), text = wl_borrow(message);
  windlass_plugin_log_write(&how, &text);
}
