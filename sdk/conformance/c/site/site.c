/* The conformance deploy: what tests/guests/site adds, as far as a deploy may. */

#include <string.h>
#include <windlass_deploy.h>

static const wl_json *data(const char *key) { return wl_host(wl_format("/data/%s", key)); }
static const char *text(const char *key) { return wl_text(data(key), ""); }

/* A file in the folder that the host's data names. */
static const char *file(const char *name) { return wl_format("%s/%s", text("folder"), name); }

static wl_json *line(const char *name, const char *line) {
  return wl_set(wl_set(wl_object(), "path", wl_string(file(name))), "line", wl_string(line));
}

static wl_json *shell(const char *command) {
  return wl_set(wl_object(), "commands", wl_push(wl_array(), wl_string(command)));
}

/* What `site.star` of the tests says. */
static void site(wl_call *call) {
  wl_json *env = wl_set(wl_object(), "_env", wl_set(wl_object(), "A", wl_string("1")));
  WL_PART(call, "Site", env) {
    wl_json *args = wl_set(wl_object(), "path", wl_string(file("site")));
    wl_add(call, "files.directory", .name = "Folder", .args = wl_set(args, "mode", wl_string("755")));
  }
  for (const char *const *name = (const char *const[]){"a", "b", NULL}; *name; name++) {
    wl_json *args = line(wl_format("site/%s", *name), wl_format("for %s", *name));
    wl_add(call, "files.line", .args = args, .key = *name);
  }
  if (strcmp(wl_text(wl_get(call, "server.Kernel", NULL), ""), "Linux") == 0) {
    wl_add(call, "server.shell", .name = "Greet", .args = shell(wl_format("echo %s", text("greeting"))));
  }
}

static void conditions(wl_call *call) {
  const char *first = wl_add(call, "files.line", .args = line("first", "x"));
  const char *second = wl_add(call, "files.line", .args = line("second", "x"));
  wl_condition changed = wl_if_changed(call, first);
  wl_condition neither = wl_if_not(call, wl_if_any(call, changed, wl_if_changed(call, second)));
  wl_condition both = wl_if_all(call, wl_if_succeeded(call, first), wl_if_unchanged(call, second));
  wl_add(call, "server.shell", .name = "One", .args = shell("echo first changed"), .when = changed);
  wl_add(call, "server.shell", .name = "Two", .args = shell("echo neither changed"), .when = neither);
  wl_add(call, "server.shell", .name = "Three", .args = shell("echo second is as it was"), .when = both);
}

static void functions(wl_call *call) {
  const char *first = wl_add(call, "server.shell", .name = "First", .args = shell("echo earlier"));
  if (*text("function")) {
    wl_add_call(call, text("function"));
    return;
  }
  wl_add_call(call, "write", .payload = wl_set(wl_object(), "path", wl_string(file("written"))));
  wl_add_call(call, "earlier", .payload = wl_set(wl_object(), "id", wl_string(first)));
  const char *tries = file("tries");
  wl_json *retries = wl_set(wl_object(), "_retries", wl_integer(5));
  wl_add(call, "server.shell", .name = "Tries", .args = shell(wl_format("echo x >> %s; wc -l < %s", tries, tries)),
         .globals = wl_set(retries, "_retry_delay", wl_integer(0)), .retry_until = "thrice");
}

static void run(wl_call *call) {
  const char *what = text("what");
  if (strcmp(what, "site") == 0) {
    site(call);
  } else if (strcmp(what, "conditions") == 0) {
    conditions(call);
  } else if (strcmp(what, "functions") == 0) {
    functions(call);
  } else if (strcmp(what, "act") == 0) {
    wl_target_run(call, wl_shell("id"), NULL);
  } else if (strcmp(what, "unknown") == 0) {
    wl_add(call, "files.lien");
  } else if (strcmp(what, "wrong") == 0) {
    wl_add(call, "files.line", .args = wl_set(line("x", "x"), "moed", wl_integer(1)));
  } else {
    wl_fail(call, "invalid-value", NULL, wl_format("there is no `%s`", what));
  }
}

/* ---- What runs at execution ---- */

static const wl_json *write_time(wl_call *call) {
  const char *path = wl_argument_path(call, "path");
  wl_succeed(call, wl_target_run(call, wl_shell("date +%%s > %p", path), NULL));
  wl_json *args = wl_set(wl_set(wl_object(), "path", wl_string(path)), "line", wl_string("added"));
  wl_set(args, "ensure_newline", wl_boolean(true));
  const wl_json *given = wl_target_operation(call, "files.line", args, NULL);
  return wl_set(wl_object(), "changed", (wl_json *)wl_member(given, "changed"));
}

static const wl_json *earlier(wl_call *call) {
  const wl_json *found = wl_target_result(wl_argument_text(call, "id"), "/stdout");
  return wl_set(wl_object(), "stdout", (wl_json *)found);
}

static const wl_json *thrice(wl_call *call) {
  const wl_json *lines = wl_member(wl_argument(call, "attempt"), "stdout_lines");
  bool found = false;
  for (size_t i = 0; i < wl_count(lines); i++) found = found || strcmp(wl_text(wl_item(lines, i), ""), "3") == 0;
  return wl_boolean(found);
}

static const wl_json *fail(wl_call *call) {
  wl_fail(call, "operation", NULL, "it does not want to");
  return NULL;
}

static const wl_function called[] = {
    {"write", write_time}, {"earlier", earlier}, {"thrice", thrice}, {"fail", fail}, {0},
};

const wl_deploy windlass_deploy = {run, called};
