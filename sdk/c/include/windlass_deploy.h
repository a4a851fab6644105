/* Deploys in C: a component that adds operations for each host, as a deploy file does.
 *
 *   const char *site = wl_add(call, "files.put", .args = args, .name = "Site");
 *   wl_add(call, "server.service", .args = reload, .when = wl_if_changed(call, site));
 *
 * Facts, the host's data and the deploy's files can be looked at (windlass.h). Its functions act at execution
 * (windlass_target.h).
 */
#ifndef WINDLASS_DEPLOY_H
#define WINDLASS_DEPLOY_H

#include "windlass_target.h"

typedef struct {
  /* Adds the operations of the current host. Where it fails, nothing is run on any host. */
  void (*run)(wl_call *call);
  /* What `wl_add_call` and `retry_until` name; NULL: none. */
  const wl_function *functions;
} wl_deploy;

/* What the source of a deploy defines once. */
extern const wl_deploy windlass_deploy;

/* ---- Places ---- */

/* Where something stands in the source: what an operation is known by over hosts. */
typedef struct wl_place {
  const char *file;
  int line;
  /* What tells apart what shares a line. */
  const char *key;
  /* The place around it: where the function was called that it stands in. NULL: none. */
  const struct wl_place *inside;
} wl_place;

#define WL_TEXT_OF_(number) #number
#define WL_TEXT_OF(number) WL_TEXT_OF_(number)
/* This place, for the `inside` of what a function adds for several callers. */
#define WL_HERE ((wl_place){.file = __FILE__, .line = __LINE__, .key = "place " WL_TEXT_OF(__COUNTER__)})

/* ---- Operations ---- */

/* What is known of operations at execution. */
typedef struct {
  const char *id;
} wl_condition;

/* An operation that is added. */
typedef struct {
  wl_place place;
  const char *operation;
  const char *function;
  /* Its arguments by parameter name, an object. */
  const wl_json *args;
  /* What a function of the deploy is given. */
  const wl_json *payload;
  /* What it is called. NULL: operation and arguments. */
  const char *name;
  /* Global arguments (`_sudo`), an object. */
  const wl_json *globals;
  /* What tells it apart from others that are added in the same place: a loop's value. */
  const char *key;
  /* The place around it. */
  const wl_place *inside;
  /* Runs it only where this holds at execution. */
  wl_condition when;
  /* A function of the deploy that says after each try, while `_retries` are left, whether it was good enough: it is given
   * `{"attempt", "payload"}` and gives true or false. And its payload. */
  const char *retry_until;
  const wl_json *retry_payload;
} wl_addition;

/* Adds an operation: `wl_add(call, "files.line", .args = args, .name = "Line")`. Gives its id, for conditions and for
 * wl_target_result. */
#define wl_add(call, ...) wl_add_one(call, (wl_addition){.place = WL_HERE, .operation = __VA_ARGS__})
/* Adds a function of the deploy, which runs at execution: `wl_add_call(call, "check", .payload = payload)`. */
#define wl_add_call(call, ...) wl_add_one(call, (wl_addition){.place = WL_HERE, .function = __VA_ARGS__})
const char *wl_add_one(wl_call *call, wl_addition addition);

/* ---- Conditions ---- */

/* It succeeded and had something to do, or nothing; it succeeded in either way; or it failed, and `_ignore_errors` let the
 * host go on. */
wl_condition wl_if_changed(wl_call *call, const char *operation);
wl_condition wl_if_unchanged(wl_call *call, const char *operation);
wl_condition wl_if_succeeded(wl_call *call, const char *operation);
wl_condition wl_if_failed(wl_call *call, const char *operation);
/* At least one holds, all of them, or this one does not: `wl_if_any(call, one, other)`. */
#define wl_if_any(call, ...) wl_if_several(call, "any", WL_CONDITIONS_(__VA_ARGS__))
#define wl_if_all(call, ...) wl_if_several(call, "all", WL_CONDITIONS_(__VA_ARGS__))
wl_condition wl_if_not(wl_call *call, wl_condition condition);
#define WL_CONDITIONS_(...) \
  (const wl_condition[]){__VA_ARGS__}, sizeof((const wl_condition[]){__VA_ARGS__}) / sizeof(wl_condition)
wl_condition wl_if_several(wl_call *call, const char *kind, const wl_condition *conditions, size_t count);

/* ---- Parts ---- */

typedef struct {
  bool entered;
  bool here;
} wl_part;

/* A named part of the deploy, `WL_PART(call, "Web", globals) { … }`: its name stands in front of those of its operations,
 * and these global arguments (an object, or NULL) are theirs where they say nothing else. It ends with its block, by
 * `return` and `break` too; after an error it is passed over. */
#define WL_PART(call, name, globals)                                                                   \
  for (wl_part wl_part_here __attribute__((cleanup(wl_leave))) = wl_enter(call, WL_HERE, name, globals); \
       wl_part_here.here; wl_part_here.here = false)
wl_part wl_enter(wl_call *call, wl_place place, const char *name, const wl_json *globals);
void wl_leave(wl_part *part);

#endif
