/* A call: its arguments, and its error. */

#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- Arguments ---- */

const wl_json *wl_arguments(const wl_call *call) { return call->args; }
const wl_json *wl_argument(const wl_call *call, const char *name) { return wl_member(call->args, name); }

const char *wl_argument_text(wl_call *call, const char *name) {
  const wl_json *value = wl_argument(call, name), *path = wl_member(value, "$path");
  const char *text = wl_text(value, wl_text(path, NULL));
  if (text && strlen(text) != wl_whole_text(path ? path : value).len) {
    wl_fail(call, "invalid-value", name, "text with a zero byte in it: it can be content only");
  }
  return text;
}

const char *wl_argument_path(wl_call *call, const char *name) {
  const wl_json *value = wl_argument(call, name), *tagged = wl_member(value, "$path");
  const text_t path = wl_whole_text(tagged ? tagged : value);
  const char *text = (const char *)path.ptr, *wrong = NULL;
  if (!path.len) wrong = "a path cannot be empty";
  else if (strlen(text) != path.len) wrong = "a path cannot hold a zero byte";
  if (!wrong) return text;
  wl_fail(call, "invalid-value", name, wrong);
  return ".";
}

/* How to write a mode. 493 is what a language makes of 0o755. */
static const char *meant(const char *text) {
  char octal[5] = {0};
  size_t length = strlen(text);
  unsigned long bits = length && length < 10 && strspn(text, "0123456789") == length ? strtoul(text, NULL, 10) : ~0UL;
  if (bits > 07777) return "write the octal digits, as in 644 or \"0644\"";
  size_t at = 4;
  do octal[--at] = (char)('0' + (bits & 7));
  while (bits >>= 3);
  const char *digits = octal + at;
  return wl_format("if it is the number of 0o%s, write %s or \"%s\"", digits, digits, digits);
}

uint32_t wl_argument_mode(wl_call *call, const char *name) {
  const wl_json *value = wl_argument(call, name);
  const char *text = wl_kind_of(value) == WL_NUMBER ? wl_write(value) : wl_text(value, NULL);
  if (!text) {
    const char *message = "expected a mode such as 644 or \"0644\", found %s";
    wl_fail(call, "invalid-type", name, wl_format(message, wl_kind_name(value)));
    return 0;
  }
  size_t length = strlen(text);
  if (length > 2 && strcmp(text + length - 2, ".0") == 0) text = wl_copy(text, length - 2);
  const char *digits = strncmp(text, "0o", 2) == 0 ? text + 2 : text;
  uint32_t bits = 0;
  bool right = *digits != 0;
  for (const char *at = digits; *at; at++) {
    right = right && *at >= '0' && *at <= '7' && bits <= 0777;
    bits = bits * 8 + (uint32_t)(*at - '0');
  }
  if (right) return bits;
  const char *message = "%s is no mode: each digit is from 0 to 7; %s";
  wl_fail(call, "invalid-value", name, wl_format(message, text, meant(text)));
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
  error_t error = {wl_borrow(kind), wl_told(message), {at != NULL, wl_told(at)}, wl_borrow("{}")};
  wl_fail_with(call, &error);
}

bool wl_right(wl_call *call, const char *wrong) {
  if (wrong) wl_fail(call, "operation", NULL, wrong);
  return !wrong;
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
  text_t how = wl_borrow(level), text = wl_told(message);
  windlass_plugin_log_write(&how, &text);
}
