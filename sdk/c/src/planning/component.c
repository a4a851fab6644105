/* The component's exports: the host's calls, and what becomes of them. */

#include "../internal.h"

#include <string.h>

static const char *local_name(const char *full) {
  size_t length = strlen(windlass_pack.namespace);
  return strncmp(full, windlass_pack.namespace, length) == 0 && full[length] == '.' ? full + length + 1 : "";
}

static const wl_operation *find_operation(const char *full) {
  const wl_operation *one = windlass_pack.operations;
  for (; one && one->name; one++) {
    if (strcmp(one->name, local_name(full)) == 0) return one;
  }
  return NULL;
}

static const wl_fact *find_fact(wl_call *call, text_t name) {
  const char *full = wl_owned(name);
  for (const wl_fact *one = windlass_pack.facts; one && one->name; one++) {
    if (strcmp(one->name, local_name(full)) == 0) return one;
  }
  const char *message = "the namespace %s has no fact `%s`";
  wl_fail(call, "missing-fact", NULL, wl_format(message, windlass_pack.namespace, full));
  return NULL;
}

static bool takes_rest(const wl_parameter *parameter) {
  return parameter->given && strncmp(parameter->given, "rest-", 5) == 0;
}

/* A call's arguments, with the defaults of those that were left out. */
static wl_json *arguments(wl_call *call, const wl_parameter *parameters, text_t text) {
  wl_json *args = wl_parse((const char *)text.ptr, text.len);
  if (wl_kind_of(args) != WL_OBJECT) {
    wl_fail(call, "invalid-type", NULL, "the arguments are no object");
    return wl_object();
  }
  size_t known = 0;
  for (const wl_parameter *one = parameters; one && one->name; one++) {
    const wl_json *given = wl_member(args, one->name), *literal = wl_member(given, "$literal");
    /* What was written with keys that begin with `$`; what takes any value gets it as it came. */
    if (wl_kind_of(literal) == WL_OBJECT && wl_count(given) == 1 && strcmp(one->schema, WL_ANY) != 0) {
      wl_set(args, one->name, (wl_json *)literal);
    }
    if (given) known++;
    if (given && wl_kind_of(given) != WL_NULL) continue;
    if (one->otherwise) wl_set(args, one->name, wl_parse(one->otherwise, strlen(one->otherwise)));
    else if (!one->optional && !takes_rest(one)) {
      wl_fail(call, "invalid-value", one->name, "missing: it has no default");
    }
    if (!given && one->otherwise) known++;
  }
  for (size_t i = 0; known < wl_count(args) && i < wl_count(args); i++) {
    const wl_parameter *one = parameters;
    while (one && one->name && strcmp(one->name, wl_key(args, i)) != 0) one++;
    if (!one || !one->name) wl_fail(call, "invalid-value", wl_key(args, i), "there is no such parameter");
  }
  return args;
}

bool exports_windlass_plugin_operations_plan(
    text_t *operation, text_t *args, windlass_plugin_types_planned_t *ret, error_t *error) {
  wl_call call = {0};
  const char *full = wl_owned(*operation);
  const wl_operation *found = find_operation(full);
  if (found) {
    call.args = arguments(&call, found->parameters, *args);
    if (!call.failed) found->plan(&call);
  } else {
    const char *message = "the namespace %s has no operation `%s`";
    wl_fail(&call, "invalid-value", NULL, wl_format(message, windlass_pack.namespace, full));
  }
  step_t *steps = wl_alloc(call.steps.count * sizeof *steps);
  for (size_t i = 0; i < call.steps.count; i++) {
    const wl_step *step = call.steps.items[i];
    steps[i] = (step_t){
        step->action,
        wl_object_text(step->globals),
        {step->predictions.items, step->predictions.count},
        wl_borrow(step->unpredicted ? "{\"unpredicted\":true}" : "{}"),
    };
  }
  *ret = (windlass_plugin_types_planned_t){
      {steps, call.steps.count},
      {call.notes.items, call.notes.count},
      {call.diffs.items, call.diffs.count},
      wl_borrow("{}"),
  };
  return wl_ended(&call, error);
}

/* Reads the arguments of a fact's requests: one stands as the call's, several as an array. */
static wl_json *requests(
    wl_call *call, const wl_fact *fact, const exports_windlass_plugin_fact_source_list_json_t *args, bool together) {
  wl_json *all = wl_array();
  for (size_t i = 0; fact && i < args->len; i++) wl_push(all, arguments(call, fact->parameters, args->ptr[i]));
  call->args = wl_item(all, 0);
  if (fact && args->len != 1 && !together) {
    const char *message = "%s.%s answers one request at a time, not %z";
    wl_fail(call, "invalid-value", NULL, wl_format(message, windlass_pack.namespace, fact->name, args->len));
  }
  return all;
}

bool exports_windlass_plugin_fact_source_source(
    text_t *name, exports_windlass_plugin_fact_source_list_json_t *args, origin_t *ret, error_t *error) {
  wl_call call = {0};
  const wl_fact *fact = find_fact(&call, *name);
  const wl_json *all = requests(&call, fact, args, fact && fact->ask_together);
  if (!call.failed) {
    if (args->len == 1) fact->ask(&call);
    else fact->ask_together(&call, all);
  }
  if (!call.asked) wl_fail(&call, "operation", NULL, "the fact asks nothing: its `ask` calls no `wl_ask…`");
  *ret = call.origin;
  return wl_ended(&call, error);
}

bool exports_windlass_plugin_fact_source_parse(
    text_t *name,
    exports_windlass_plugin_fact_source_list_json_t *args,
    exports_windlass_plugin_fact_source_raw_t *raw,
    exports_windlass_plugin_fact_source_list_json_t *ret,
    error_t *error) {
  wl_call call = {0};
  const wl_fact *fact = find_fact(&call, *name);
  const wl_json *all = requests(&call, fact, args, fact && fact->read_together);
  wl_json *values = wl_array();
  for (size_t i = 0; i < raw->values.len; i++) {
    wl_push(values, (wl_json *)wl_answered(raw->values.ptr[i]));
  }
  wl_output output = {
      .status = raw->status,
      .text = wl_readable(raw->stdout_),
      .bytes = wl_bytes(raw->stdout_),
      .length = raw->stdout_.len,
      .error = wl_bytes(raw->stderr_),
      .error_length = raw->stderr_.len,
      .values = values,
  };
  wl_json *found = wl_array();
  if (!call.failed) {
    if (args->len == 1) wl_push(found, fact->read(&call, &output));
    else found = fact->read_together(&call, all, &output);
  }
  size_t count = wl_count(found);
  text_t *texts = wl_alloc(count * sizeof *texts);
  for (size_t i = 0; i < count; i++) texts[i] = wl_borrow(wl_write(wl_item(found, i)));
  *ret = (exports_windlass_plugin_fact_source_list_json_t){texts, count};
  return wl_ended(&call, error);
}

POST_RETURN("operations", "describe", operations_describe)
POST_RETURN("operations", "plan", operations_plan)
POST_RETURN("fact-source", "describe", fact_source_describe)
POST_RETURN("fact-source", "source", fact_source_source)
POST_RETURN("fact-source", "parse", fact_source_parse)

/* The bindings want the object file that says which world this is; `windlass pack build` writes that instead. */
void __component_type_object_force_link_pure(void) {}
