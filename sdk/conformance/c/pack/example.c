/* The conformance pack in C: what every SDK must be able to say. See ../README.md. */

#include <stdlib.h>
#include <string.h>
#include <windlass.h>

#define SETTINGS "example.Settings"
#define SETTING "example.Setting"
#define KERNEL "example.Kernel"
#define KIND "example.Kind"
#define SUM "example.Sum"

static wl_json *of_path(const char *path) { return wl_set(wl_object(), "path", wl_string(path)); }

/* ---- Text ---- */

static const char *part(const char *start, size_t length) {
  while (length && strchr(" \t\r", *start)) start++, length--;
  while (length && strchr(" \t\r", start[length - 1])) length--;
  char *copy = wl_alloc(length + 1);
  memcpy(copy, start, length);
  return copy;
}

/* Takes the next line of a text; NULL at its end. */
static const char *next_line(const char **text) {
  if (!**text) return NULL;
  size_t length = strcspn(*text, "\n");
  const char *line = part(*text, length);
  *text += length + ((*text)[length] == '\n');
  return line;
}

/* ---- Facts ---- */

static const wl_parameter of_file[] = {{.name = "path", .schema = WL_PATH}, {0}};

static void ask_settings(wl_call *call) {
  wl_ask_shell(call, wl_shell("cat %p 2> /dev/null || true", wl_argument_path(call, "path")));
}

static wl_json *read_settings(wl_call *call, const wl_output *output) {
  (void)call;
  wl_json *settings = wl_object();
  const char *text = output->text;
  for (const char *line; (line = next_line(&text));) {
    size_t name = strcspn(line, "=");
    if (!line[name] || *line == '#') continue;
    wl_set(settings, part(line, name), wl_string(part(line + name + 1, strlen(line + name + 1))));
  }
  return settings;
}

static void ask_setting(wl_call *call) {
  wl_ask_fact(call, SETTINGS, of_path(wl_argument_path(call, "path")), NULL);
}

static wl_json *read_setting(wl_call *call, const wl_output *output) {
  const char *name = wl_argument_text(call, "name");
  return wl_string(wl_text(wl_member(wl_item(output->values, 0), name), NULL));
}

static void ask_kernel(wl_call *call) { wl_ask_shell(call, wl_shell("uname -sr")); }

static wl_json *read_kernel(wl_call *call, const wl_output *output) {
  const char *line = part(output->text, strcspn(output->text, "\n"));
  size_t name = strcspn(line, " ");
  const char *version = line[name] ? line + name + 1 : "";
  if (!*version || strchr(version, ' ')) {
    wl_fail(call, "missing-fact", NULL, wl_format("uname wrote %s", line));
    return NULL;
  }
  wl_json *kernel = wl_set(wl_object(), "name", wl_string(part(line, name)));
  return wl_set(kernel, "version", wl_string(version));
}

static void ask_kind(wl_call *call) { wl_ask_probe(call, "stat", of_path(wl_argument_path(call, "path"))); }

static wl_json *read_kind(wl_call *call, const wl_output *output) {
  (void)call;
  return wl_string(wl_text(wl_member(wl_item(output->values, 0), "kind"), NULL));
}

static void ask_answer(wl_call *call) {
  const wl_json *words = wl_argument(call, "words");
  const char *lines = "";
  for (size_t i = 0; i < wl_count(words); i++) {
    lines = wl_format("%s%s%s", lines, i ? "\n" : "", wl_text(wl_item(words, i), ""));
  }
  const char *line = wl_argument_text(call, "command");
  wl_command *command = wl_shell("%r %l -- %d", line, words, (int)wl_count(words));
  wl_stdin(command, wl_add_text(wl_add_bytes(wl_content_text("a"), "", 1), "b"));
  wl_env(command, "LC_ALL", wl_content_text("C"));
  wl_file(command, "LIST", wl_content_text(lines));
  wl_ask_shell(call, command);
}

static wl_json *read_answer(wl_call *call, const wl_output *output) {
  (void)call;
  wl_json *answer = wl_set(wl_object(), "status", wl_integer(output->status));
  wl_set(answer, "text", wl_string(output->text));
  return wl_set(answer, "error", wl_integer((int64_t)output->error_length));
}

static void ask_sum(wl_call *call) {
  wl_ask_shell(call, wl_shell("sha256sum %p 2> /dev/null || true", wl_argument_path(call, "path")));
}

static wl_json *digest(const char *line) {
  return strlen(line) < 64 ? wl_null() : wl_string(part(line, 64));
}

static wl_json *read_sum(wl_call *call, const wl_output *output) {
  (void)call;
  return digest(output->text);
}

static void ask_sums(wl_call *call, const wl_json *requests) {
  wl_json *paths = wl_array();
  for (size_t i = 0; i < wl_count(requests); i++) {
    wl_push(paths, wl_string(wl_text(wl_member(wl_item(requests, i), "path"), "")));
  }
  wl_ask_shell(call, wl_shell("sha256sum %l", paths));
}

static wl_json *read_sums(wl_call *call, const wl_json *requests, const wl_output *output) {
  wl_json *sums = wl_array();
  const char *text = output->text;
  for (const char *line; (line = next_line(&text));) wl_push(sums, digest(line));
  if (wl_count(sums) != wl_count(requests)) {
    wl_fail(call, "missing-fact", NULL, "some of the files are not there");
  }
  return sums;
}

static const wl_fact facts[] = {
    {
        .name = "Settings",
        .doc = "The settings in a file of lines `name = value`.\n\nWhat begins with `#` is no setting.",
        .otherwise = "{}",
        .examples = (const char *const[]){"example.Settings path=/etc/app.conf", NULL},
        .parameters =
            (const wl_parameter[]){
                {.name = "path", .schema = WL_PATH, .doc = "The file; one that is not there has none."}, {0}},
        .ask = ask_settings,
        .read = read_settings,
    },
    {
        .name = "Setting",
        .doc = "One setting of a file; null when it is not there.",
        .parameters =
            (const wl_parameter[]){
                {.name = "path", .schema = WL_PATH}, {.name = "name", .schema = WL_TEXT}, {0}},
        .ask = ask_setting,
        .read = read_setting,
    },
    {
        .name = "Kernel",
        .doc = "The kernel's name and version.",
        .stability = "immutable",
        .required = "uname",
        .ask = ask_kernel,
        .read = read_kernel,
    },
    {
        .name = "Kind",
        .doc = "What stands at a path; null when there is nothing.",
        .user_dependent = true,
        .parameters = of_file,
        .ask = ask_kind,
        .read = read_kind,
    },
    {
        .name = "Answer",
        .doc = "What a command answers.",
        .stability = "volatile",
        .globals = "{\"_sudo\":true}",
        .user_dependent = true,
        .takes_command = true,
        .parameters =
            (const wl_parameter[]){
                {.name = "command", .schema = WL_TEXT},
                {.name = "words", .schema = WL_LIST(WL_TEXT), .otherwise = "[]", .given = "keyword"},
                {0}},
        .ask = ask_answer,
        .read = read_answer,
    },
    {
        .name = "Sum",
        .doc = "A file's digest; null when there is no file.",
        .batch = 16,
        .parameters = of_file,
        .ask = ask_sum,
        .read = read_sum,
        .ask_together = ask_sums,
        .read_together = read_sums,
    },
    {0},
};

/* ---- Operations ---- */

static int by_name(const void *one, const void *other) {
  return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static const char *write_settings(const wl_json *settings) {
  size_t count = wl_count(settings);
  const char **names = wl_alloc(count * sizeof *names);
  for (size_t i = 0; i < count; i++) names[i] = wl_key(settings, i);
  qsort(names, count, sizeof *names, by_name);
  const char *text = "";
  for (size_t i = 0; i < count; i++) {
    text = wl_format("%s%s = %s\n", text, names[i], wl_text(wl_member(settings, names[i]), ""));
  }
  return text;
}

static void settings(wl_call *call) {
  const char *path = wl_argument_path(call, "path");
  const wl_json *values = wl_argument(call, "values");
  uint32_t mode = wl_argument_mode(call, "mode");
  const wl_json *before = wl_get(call, SETTINGS, of_path(path));
  if (wl_failed(call)) return;
  if (wl_equal(before, values)) {
    wl_note(call, wl_format("%s has these settings already", path));
    return;
  }
  wl_ownership ownership = {
      .set_mode = true,
      .mode = mode,
      .user = wl_argument_text(call, "user"),
      .group = wl_argument_text(call, "group"),
  };
  wl_step *step = wl_upload(call, wl_content_text(write_settings(values)), path, &ownership);
  wl_predict(step, SETTINGS, of_path(path), values);
}

/* A JSON pointer to a member. */
static const char *pointer(const char *name) {
  const char *made = "/";
  for (; *name; name++) {
    char one[] = {*name, 0};
    made = wl_format("%s%s", made, *name == '~' ? "~0" : *name == '/' ? "~1" : one);
  }
  return made;
}

static void setting(wl_call *call) {
  const char *path = wl_argument_path(call, "path"), *name = wl_argument_text(call, "name");
  const char *value = wl_argument_text(call, "value"), *at = pointer(name);
  wl_json *parts = wl_push(wl_array(), wl_string(at));
  const wl_json *answer = wl_get_with(call, SETTINGS, of_path(path), parts, NULL);
  if (wl_failed(call)) return;
  const char *before = wl_text(wl_member(answer, at), NULL);
  if (wl_equal(wl_string(before), wl_string(value))) {
    wl_note(call, wl_format("%s is %s already", name, value && *value ? value : "not set"));
    return;
  }
  if (wl_is_true(wl_argument(call, "backup"))) {
    wl_command *backup = wl_shell("cp -p %p %w", path, wl_temp_path("backup"));
    wl_predict_unknown(wl_run(call, backup), KIND, of_path(path));
  }
  const char *line = value ? wl_format("%s = %s", name, value) : "";
  wl_step *step = wl_run(call, wl_shell("set-line %p %w %w", path, name, line));
  wl_predict_part(step, SETTINGS, of_path(path), false, at, wl_string(value));
  wl_diff(call, path, wl_format("%s = %s\n", name, before ? before : ""), wl_format("%s\n", line));
}

static void account(wl_call *call) {
  static const char *const encodings[] = {"base64", "url", NULL};
  const char *name = wl_argument_text(call, "name");
  const wl_json *password = wl_argument(call, "password"), *groups = wl_argument(call, "groups");
  int64_t secret = wl_secret_of(password);
  if (secret >= 0 && wl_secret_is_empty(call, secret)) {
    wl_fail(call, "invalid-value", "password", "a password cannot be empty");
  }
  char zeros[65] = {0};
  memset(zeros, '0', 64);
  wl_content *both = wl_add_value(wl_content_text(name), password, NULL);
  if (wl_secret_matches(call, both, "sha256", zeros)) wl_fail(call, "operation", NULL, "that is unlikely");

  wl_content *input = wl_add_value(wl_add_text(wl_content_text(name), ":"), password, NULL);
  wl_command *command = wl_shell("chpasswd -e");
  wl_stdin(command, wl_add_text(input, "\n"));
  wl_env(command, "TOKEN", wl_add_value(wl_content_new(), password, encodings));
  wl_file(command, "KEY", wl_add_value(wl_add_bytes(wl_content_new(), "\xff", 1), password, NULL));
  wl_run(call, command);

  for (size_t i = 0; i < wl_count(groups); i++) {
    const char *group = wl_text(wl_item(groups, i), "");
    wl_json *env = wl_set(wl_object(), "GROUP", wl_string(group));
    wl_step *step = wl_run(call, wl_shell("addgroup %w %w", name, group));
    wl_globals(step, wl_set(wl_set(wl_object(), "_sudo", wl_boolean(true)), "_env", env));
  }

  wl_json *args = of_path("/etc/accounts");
  wl_set(args, "values", wl_set(wl_object(), name, wl_string("present")));
  wl_nested(call, "example.settings", args);

  const wl_json *shells = wl_argument(call, "shells");
  if (wl_kind_of(shells) == WL_STRING) shells = wl_push(wl_array(), (wl_json *)shells);
  if (wl_kind_of(shells) == WL_ARRAY) wl_run(call, wl_shell("usermod --shell=%l %w", shells, name));
}

static void copy(wl_call *call) {
  const char *src = wl_argument_text(call, "src"), *dest = wl_argument_path(call, "dest");
  if (!wl_local_stat(call, src, NULL)) {
    wl_fail(call, "invalid-value", "src", wl_format("%s is not there", src));
  }
  const char *digest = wl_local_digest(call, src, "sha256");
  size_t size;
  wl_local_read(call, src, &size);
  wl_question questions[] = {{SUM, of_path(dest)}, {KERNEL, NULL}};
  const wl_json *answers = wl_get_all(call, questions, 2);
  if (wl_failed(call)) return;
  const char *kernel = wl_text(wl_member(wl_item(answers, 1), "name"), "");
  wl_log("info", wl_format("%s has %z bytes, for %s", src, size, kernel));
  if (strcmp(wl_text(wl_item(answers, 0), ""), digest) == 0) {
    wl_note(call, "the file is the same");
    return;
  }
  wl_step *step = wl_upload(call, wl_content_local(src), dest, NULL);
  wl_predict(step, SUM, of_path(dest), wl_string(digest));
  wl_predict_part(wl_changes_more(step), KIND, NULL, true, "", NULL);
  wl_predict_part(step, SETTING, of_path(dest), true, "", wl_null());
}

static void tree(wl_call *call) {
  const char *folder = wl_argument_text(call, "folder"), *dest = wl_argument_path(call, "dest");
  size_t count;
  const wl_below *all = wl_local_walk(call, folder, &count);
  for (size_t i = 0; i < count; i++) {
    const wl_entry *entry = &all[i].entry;
    bool file = strcmp(entry->kind, "file") == 0;
    const char *what = file ? wl_format("a file of %z bytes", (size_t)entry->size) : "a folder";
    wl_note(call, wl_format("%s is %s", all[i].path, what));
  }
  int64_t modified;
  if (wl_local_times(call, folder, NULL, &modified) && modified > 0) wl_note(call, "it has a time");
  wl_json *args = wl_set(wl_object(), "path", wl_string(dest));
  wl_nested(call, "files.directory", wl_set(args, "mode", wl_string(wl_argument_text(call, "mode"))));
}

static void various(wl_call *call) {
  static const char *const options[] = {"--delete", NULL};
  wl_download(call, "/etc/app.conf", wl_argument_text(call, "copy"), true);
  wl_rsync(call, wl_argument_text(call, "folder"), "/srv/site", options);
  wl_json *list = wl_push(wl_push(wl_array(), wl_integer(1)), wl_number("2.5"));
  wl_push(wl_push(wl_push(list, wl_null()), wl_boolean(true)), wl_string("ä\n\""));
  wl_actor(call, "example.notify", wl_set(wl_object(), "list", list));
  wl_reboot(call, wl_shell("reboot"), 1000, 500, 60000);
  const char *host = wl_text(wl_host("/name"), ""), *user = wl_text(wl_global("_sudo_user"), "");
  wl_run(call, wl_shell("echo %w %l %w %w", host, wl_inventory("/groups/web"), user, wl_timestamp()));
  wl_log("debug", "debug");
  wl_log("warning", "warning");
}

static void echo(wl_call *call) {
  wl_run(call, wl_shell("echo %l", wl_argument(call, "words")));
  wl_actor(call, "echo", wl_argument(call, "named"));
}

static void hidden(wl_call *call) {
  const wl_json *paths = wl_argument(call, "paths");
  wl_command *command = wl_shell(
      "hidden %w %w %P", wl_write(wl_argument(call, "number")), wl_write(wl_argument(call, "share")), paths);
  wl_run(call, command);
}

static void fail(wl_call *call) {
  const char *how = wl_argument_text(call, "how");
  if (strcmp(how, "raise") == 0) wl_fail(call, "operation", NULL, "something went wrong");
  if (strcmp(how, "operation") == 0) wl_fail(call, "operation", "how", "it cannot be done");
  if (strncmp(how, "unknown", 7) != 0) return;
  wl_get(call, KIND, of_path("/unknown"));
  if (strcmp(how, "unknown-caught") == 0 && wl_caught(call, "unknown-yet")) {
    wl_run(call, wl_shell("decide later"));
  }
}

static const wl_operation operations[] = {
    {
        .name = "settings",
        .doc = "Write the settings of a file.\n\nThe file then has these settings and no other lines.",
        .examples = (const char *const[]){"example.settings(\"/etc/app.conf\", {\"port\": \"80\"})", NULL},
        .parameters =
            (const wl_parameter[]){
                {.name = "path", .schema = WL_PATH, .doc = "The file."},
                {.name = "values", .schema = WL_MAP(WL_TEXT), .doc = "Its settings."},
                {.name = "mode", .schema = WL_MODE, .doc = "Its permission bits.", .otherwise = "\"644\""},
                {.name = "user", .schema = WL_TEXT, .doc = "Its owner.", .optional = true},
                {.name = "group", .schema = WL_TEXT, .doc = "Its group.", .optional = true},
                {0}},
        .plan = settings,
    },
    {
        .name = "setting",
        .doc = "Set or remove one setting of a file.",
        .parameters =
            (const wl_parameter[]){
                {.name = "path", .schema = WL_PATH},
                {.name = "name", .schema = WL_TEXT},
                {.name = "value", .schema = WL_TEXT, .optional = true},
                {.name = "backup", .schema = WL_TRUTH, .otherwise = "false"},
                {0}},
        .plan = setting,
    },
    {
        .name = "account",
        .doc = "Make an account.",
        .uses = (const char *const[]){"example.settings", NULL},
        .parameters =
            (const wl_parameter[]){
                {.name = "name", .schema = WL_TEXT},
                {.name = "password", .schema = WL_TEXT, .secret = true},
                {.name = "groups", .schema = WL_LIST(WL_TEXT), .otherwise = "[]"},
                {.name = "shells", .schema = WL_ONE_OR_MANY(WL_TEXT), .optional = true, .given = "keyword"},
                {0}},
        .plan = account,
    },
    {
        .name = "copy",
        .doc = "Copy a file.",
        .not_idempotent = true,
        .parameters =
            (const wl_parameter[]){
                {.name = "src", .schema = WL_LOCAL_PATH}, {.name = "dest", .schema = WL_PATH}, {0}},
        .plan = copy,
    },
    {
        .name = "tree",
        .doc = "Make a folder for what lies in one on the controller.",
        .uses = (const char *const[]){"files.directory", NULL},
        .parameters =
            (const wl_parameter[]){
                {.name = "folder", .schema = WL_LOCAL_PATH},
                {.name = "dest", .schema = WL_PATH},
                {.name = "mode", .schema = WL_MODE, .otherwise = "\"755\""},
                {0}},
        .plan = tree,
    },
    {
        .name = "various",
        .doc = "A step of each other kind.",
        .not_idempotent = true,
        .parameters =
            (const wl_parameter[]){
                {.name = "folder", .schema = WL_LOCAL_PATH}, {.name = "copy", .schema = WL_LOCAL_PATH}, {0}},
        .plan = various,
    },
    {
        .name = "sub.echo",
        .doc = "Write words.",
        .not_idempotent = true,
        .parameters =
            (const wl_parameter[]){
                {.name = "words", .schema = WL_LIST(WL_TEXT), .given = "rest-list"},
                {.name = "named", .schema = WL_MAP(WL_ANY), .given = "rest-map"},
                {0}},
        .plan = echo,
    },
    {
        .name = "hidden",
        .doc = "Only for others.",
        .hidden = true,
        .alias_of = "example.setting",
        .parameters =
            (const wl_parameter[]){
                {.name = "number", .schema = WL_WHOLE, .otherwise = "3"},
                {.name = "share", .schema = WL_REAL, .otherwise = "0.5"},
                {.name = "paths", .schema = WL_LIST(WL_PATH), .otherwise = "[]"},
                {0}},
        .plan = hidden,
    },
    {
        .name = "fail",
        .doc = "Fail in one of several ways.",
        .parameters =
            (const wl_parameter[]){
                {.name = "how",
                 .schema = WL_CHOICE("\"raise\",\"operation\",\"unknown\",\"unknown-caught\"")},
                {0}},
        .plan = fail,
    },
    {0},
};

const wl_pack windlass_pack = {"example", operations, facts};
