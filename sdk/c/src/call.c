/* A call: its arguments, its error, and what it asks the host. */

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

bool wl_caught(wl_call *call, const char *kind) {
  bool caught = call->failed && strcmp(wl_owned(call->error.kind), kind) == 0;
  if (caught) call->failed = false;
  return caught;
}

/* ---- Facts ---- */

static pure_list_string_t texts(const wl_json *list) {
  LIST(pure_string_t) found = {0};
  for (size_t i = 0; i < wl_count(list); i++) MORE(found) = wl_borrow(wl_text(wl_item(list, i), ""));
  return (pure_list_string_t){found.items, found.count};
}

static pure_string_t json(const wl_json *value, const char *otherwise) {
  return wl_borrow(value ? wl_write(value) : otherwise);
}

static const wl_json *answer(pure_string_t text) { return wl_parse((const char *)text.ptr, text.len); }

const wl_json *wl_get_with(wl_call *call, const char *fact, wl_json *args, wl_json *parts, wl_json *globals) {
  if (call->failed) return NULL;
  windlass_plugin_facts_request_t request = {wl_borrow(fact), json(args, "{}"), texts(parts), json(globals, "{}")};
  pure_string_t text;
  error_t error;
  if (windlass_plugin_facts_get(&request, &text, &error)) return answer(text);
  wl_fail_with(call, &error);
  return NULL;
}

const wl_json *wl_get(wl_call *call, const char *fact, wl_json *args) {
  return wl_get_with(call, fact, args, NULL, NULL);
}

const wl_json *wl_get_all(wl_call *call, const wl_question *questions, size_t count) {
  wl_json *values = wl_array();
  if (call->failed) return values;
  windlass_plugin_facts_request_t *requests = wl_alloc(count * sizeof *requests);
  for (size_t i = 0; i < count; i++) {
    requests[i] = (windlass_plugin_facts_request_t){
        wl_borrow(questions[i].fact), json(questions[i].args, "{}"), {0}, wl_borrow("{}")};
  }
  windlass_plugin_facts_list_request_t list = {requests, count};
  windlass_plugin_facts_list_result_json_error_t answers;
  windlass_plugin_facts_get_all(&list, &answers);
  for (size_t i = 0; i < answers.len; i++) {
    if (answers.ptr[i].is_err) wl_fail_with(call, &answers.ptr[i].val.err);
    else wl_push(values, (wl_json *)answer(answers.ptr[i].val.ok));
  }
  return values;
}

void wl_ask_shell(wl_call *call, wl_command *command) {
  call->asked = true;
  call->origin.tag = EXPORTS_WINDLASS_PLUGIN_FACT_SOURCE_ORIGIN_SHELL;
  call->origin.val.shell = wl_contract_shell(command);
}

void wl_ask_probe(wl_call *call, const char *kind, wl_json *args) {
  call->asked = true;
  call->origin.tag = EXPORTS_WINDLASS_PLUGIN_FACT_SOURCE_ORIGIN_PROBE;
  call->origin.val.probe.kind = wl_borrow(kind);
  call->origin.val.probe.args = json(args, "{}");
}

void wl_ask_fact(wl_call *call, const char *fact, wl_json *args, wl_json *parts) {
  MORE(call->derived) = (derived_t){wl_borrow(fact), json(args, "{}"), texts(parts)};
  call->asked = true;
  call->origin.tag = EXPORTS_WINDLASS_PLUGIN_FACT_SOURCE_ORIGIN_DERIVED;
  call->origin.val.derived.ptr = call->derived.items;
  call->origin.val.derived.len = call->derived.count;
}

/* ---- Surroundings ---- */

const wl_json *wl_host(const char *pointer) {
  pure_string_t asked = wl_borrow(pointer), text;
  return windlass_plugin_context_host(&asked, &text) ? answer(text) : NULL;
}

const wl_json *wl_inventory(const char *pointer) {
  pure_string_t asked = wl_borrow(pointer), text;
  return windlass_plugin_context_inventory(&asked, &text) ? answer(text) : NULL;
}

const wl_json *wl_global(const char *name) {
  pure_string_t asked = wl_borrow(name), text;
  return windlass_plugin_context_global(&asked, &text) ? answer(text) : NULL;
}

const char *wl_timestamp(void) { return wl_text(wl_global("_timestamp"), "windlass-backup"); }

const char *wl_temp_path(const char *key) {
  pure_string_t asked = wl_borrow(key), path;
  windlass_plugin_context_temp_path(&asked, &path);
  return wl_owned(path);
}

bool wl_local_stat(wl_call *call, const char *path, wl_entry *entry) {
  pure_string_t asked = wl_borrow(path);
  windlass_plugin_local_files_option_entry_t found;
  error_t error;
  if (!windlass_plugin_local_files_stat(&asked, &found, &error)) {
    wl_fail_with(call, &error);
    return false;
  }
  if (found.is_some && entry) {
    const char *target = found.val.target.is_some ? wl_owned(found.val.target.val) : NULL;
    *entry = (wl_entry){wl_owned(found.val.kind), found.val.mode, found.val.size, target};
  }
  return found.is_some;
}

const char *wl_local_digest(wl_call *call, const char *path, const char *algorithm) {
  pure_string_t asked = wl_borrow(path), how = wl_borrow(algorithm), digest;
  error_t error;
  if (windlass_plugin_local_files_digest(&asked, &how, &digest, &error)) return wl_owned(digest);
  wl_fail_with(call, &error);
  return "";
}

const char *wl_local_read(wl_call *call, const char *path, size_t *length) {
  const uint32_t chunk = 1 << 20;
  wl_text_buffer content = {0};
  wl_grow(&content, "", 0);
  pure_string_t asked = wl_borrow(path);
  pure_list_u8_t part = {NULL, chunk};
  error_t error;
  while (part.len == chunk) {
    if (!windlass_plugin_local_files_read(&asked, content.length, chunk, &part, &error)) {
      wl_fail_with(call, &error);
      break;
    }
    wl_grow(&content, (const char *)part.ptr, part.len);
  }
  if (length) *length = content.length;
  return content.text;
}

bool wl_secret_matches(wl_call *call, const wl_content *content, const char *algorithm, const char *digest) {
  windlass_plugin_secrets_list_atom_t atoms = {content->atoms.items, content->atoms.count};
  pure_string_t how = wl_borrow(algorithm), expected = wl_borrow(digest);
  bool same = false;
  error_t error;
  if (!windlass_plugin_secrets_matches(&atoms, &how, &expected, &same, &error)) wl_fail_with(call, &error);
  return same;
}

bool wl_secret_is_empty(wl_call *call, int64_t secret) {
  bool empty = false;
  error_t error;
  if (!windlass_plugin_secrets_is_empty((uint32_t)secret, &empty, &error)) wl_fail_with(call, &error);
  return empty;
}

void wl_log(const char *level, const char *message) {
  pure_string_t how = wl_borrow(level), text = wl_borrow(message);
  windlass_plugin_log_write(&how, &text);
}
