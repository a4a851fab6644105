/* What an operation or a fact asks the host. */

#include "../internal.h"

#include <string.h>

/* ---- Facts ---- */

static texts_t texts(const wl_json *list) {
  LIST(text_t) found = {0};
  for (size_t i = 0; i < wl_count(list); i++) MORE(found) = wl_borrow(wl_text(wl_item(list, i), ""));
  return (texts_t){found.items, found.count};
}

static text_t json(const wl_json *value, const char *otherwise) {
  return wl_borrow(value ? wl_write(value) : otherwise);
}

static const wl_json *answer(text_t text) { return wl_parse((const char *)text.ptr, text.len); }

const wl_json *wl_get_with(wl_call *call, const char *fact, wl_json *args, wl_json *parts, wl_json *globals) {
  if (call->failed) return NULL;
  windlass_plugin_facts_request_t request = {wl_borrow(fact), json(args, "{}"), texts(parts), json(globals, "{}")};
  text_t text;
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
  text_t asked = wl_borrow(pointer), text;
  return windlass_plugin_context_host(&asked, &text) ? answer(text) : NULL;
}

const wl_json *wl_inventory(const char *pointer) {
  text_t asked = wl_borrow(pointer), text;
  return windlass_plugin_context_inventory(&asked, &text) ? answer(text) : NULL;
}

const wl_json *wl_global(const char *name) {
  text_t asked = wl_borrow(name), text;
  return windlass_plugin_context_global(&asked, &text) ? answer(text) : NULL;
}

const char *wl_timestamp(void) { return wl_text(wl_global("_timestamp"), "windlass-backup"); }

const char *wl_temp_path(const char *key) {
  text_t asked = wl_borrow(key), path;
  windlass_plugin_context_temp_path(&asked, &path);
  return wl_owned(path);
}

bool wl_local_stat(wl_call *call, const char *path, wl_entry *entry) {
  text_t asked = wl_borrow(path);
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
  text_t asked = wl_borrow(path), how = wl_borrow(algorithm), digest;
  error_t error;
  if (windlass_plugin_local_files_digest(&asked, &how, &digest, &error)) return wl_owned(digest);
  wl_fail_with(call, &error);
  return "";
}

const char *wl_local_read(wl_call *call, const char *path, size_t *length) {
  const uint32_t chunk = 1 << 20;
  wl_text_buffer content = {0};
  wl_grow(&content, "", 0);
  text_t asked = wl_borrow(path);
  bytes_t part = {NULL, chunk};
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
  text_t how = wl_borrow(algorithm), expected = wl_borrow(digest);
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
