/* How a deploy adds operations. */

#include "../../include/windlass_deploy.h"
#include "../internal.h"

typedef windlass_plugin_deploying_place_t place_t;

/* ---- Operations ---- */

/* From the outermost place to the innermost; `key`: what tells the innermost apart besides its own, or NULL. */
static windlass_plugin_deploying_list_place_t places_of(const wl_place *innermost, const char *key) {
  size_t count = 0;
  for (const wl_place *one = innermost; one; one = one->inside) count++;
  place_t *places = wl_alloc(count * sizeof *places);
  size_t at = count;
  for (const wl_place *one = innermost; one; one = one->inside, key = NULL) {
    const char *both = key ? wl_format("%s, %s", one->key, key) : one->key;
    places[--at] = (place_t){wl_borrow(one->file), (uint32_t)one->line, wl_borrow(both)};
  }
  return (windlass_plugin_deploying_list_place_t){places, count};
}

/* A function of the deploy, with what it is given. */
static wl_json *callback(const char *function, const wl_json *payload) {
  wl_json *made = wl_set(wl_object(), "callback", wl_string(function));
  return wl_set(made, "payload", (wl_json *)payload);
}

static wl_json *globals_of(const wl_addition *addition) {
  wl_json *globals = wl_object();
  for (size_t i = 0; i < wl_count(addition->globals); i++) {
    wl_set(globals, wl_key(addition->globals, i), (wl_json *)wl_item(addition->globals, i));
  }
  if (addition->name) wl_set(globals, "name", wl_string(addition->name));
  if (addition->when.id) wl_set(globals, "_if", wl_string(addition->when.id));
  if (addition->retry_until) {
    wl_set(globals, "_retry_until", callback(addition->retry_until, addition->retry_payload));
  }
  return globals;
}

const char *wl_add_one(wl_call *call, wl_addition addition) {
  if (call->failed) return "";
  if (addition.inside) addition.place.inside = addition.inside;
  const wl_json *given = addition.function ? callback(addition.function, addition.payload) : addition.args;
  text_t operation = wl_borrow(addition.function ? "call" : addition.operation), args = wl_object_text(given),
         globals = wl_object_text(globals_of(&addition)), id;
  windlass_plugin_deploying_list_place_t places = places_of(&addition.place, addition.key);
  error_t error;
  if (windlass_plugin_deploying_add(&operation, &args, &globals, &places, &id, &error)) return wl_owned(id);
  wl_fail_with(call, &error);
  return "";
}

/* ---- Conditions ---- */

static wl_condition condition(wl_call *call, const char *kind, texts_t operands) {
  text_t how = wl_borrow(kind), id;
  error_t error;
  if (call->failed) return (wl_condition){""};
  if (windlass_plugin_deploying_condition(&how, &operands, &id, &error)) return (wl_condition){wl_owned(id)};
  wl_fail_with(call, &error);
  return (wl_condition){""};
}

static wl_condition of_one(wl_call *call, const char *kind, const char *id) {
  text_t *operand = wl_alloc(sizeof *operand);
  *operand = wl_borrow(id);
  return condition(call, kind, (texts_t){operand, 1});
}

wl_condition wl_if_changed(wl_call *call, const char *operation) { return of_one(call, "changed", operation); }
wl_condition wl_if_unchanged(wl_call *call, const char *operation) { return of_one(call, "unchanged", operation); }
wl_condition wl_if_succeeded(wl_call *call, const char *operation) { return of_one(call, "succeeded", operation); }
wl_condition wl_if_failed(wl_call *call, const char *operation) { return of_one(call, "failed", operation); }
wl_condition wl_if_not(wl_call *call, wl_condition of) { return of_one(call, "not", of.id); }

wl_condition wl_if_several(wl_call *call, const char *kind, const wl_condition *conditions, size_t count) {
  LIST(text_t) operands = {0};
  for (size_t i = 0; i < count; i++) MORE(operands) = wl_borrow(conditions[i].id);
  return condition(call, kind, (texts_t){operands.items, operands.count});
}

/* ---- Parts ---- */

wl_part wl_enter(wl_call *call, wl_place place, const char *name, const wl_json *globals) {
  if (call->failed) return (wl_part){0};
  text_t called = wl_borrow(name), defaults = wl_object_text(globals);
  windlass_plugin_deploying_list_place_t places = places_of(&place, NULL);
  error_t error;
  bool entered = windlass_plugin_deploying_enter(&called, &defaults, &places, &error);
  if (!entered) wl_fail_with(call, &error);
  return (wl_part){entered, entered};
}

void wl_leave(wl_part *part) {
  if (part->entered) windlass_plugin_deploying_leave();
}
