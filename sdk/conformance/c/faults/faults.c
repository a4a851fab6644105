/* What comes of a pack's own mistakes, in C. See ../../README.md. */

#include <string.h>
#include <windlass.h>

static const char *value_of(wl_call *call) { return wl_argument_text(call, "value"); }

/* ---- What looks like a mistake and is none ---- */

static void fine(wl_call *call) {
  const wl_json *value = wl_argument(call, "value");
  wl_note(call, wl_write(value));
  wl_note(call, wl_write(wl_integer(wl_whole(value, -1))));
  wl_note(call, wl_equal(wl_member(value, "one"), wl_member(value, "other")) ? "the same" : "others");
  const char *text = wl_text(value, "");
  const wl_json *read = wl_parse(text, strlen(text));
  wl_note(call, read ? wl_write(read) : "no JSON");
  wl_run(call, wl_shell("echo %l", wl_kind_of(value) == WL_ARRAY ? value : wl_array()));
  if (wl_kind_of(value) == WL_STRING) wl_upload(call, wl_add_value(wl_content_new(), value, NULL), "/x", NULL);
  wl_note(call, "half \xff");
  wl_log("info", "half \xff");
}

/* ---- Ways to fail ---- */

static void fail(wl_call *call) {
  const wl_json *value = wl_argument(call, "value");
  const char *how = wl_argument_text(call, "how");
#define IS(name) (strcmp(how, name) == 0)
  if (IS("half")) wl_fail(call, "operation", NULL, "half \xff");
  if (IS("word")) wl_run(call, wl_shell("passwd %w", value_of(call)));
  if (IS("words")) wl_run(call, wl_shell("passwd %l", value));
  if (IS("format")) wl_run(call, wl_shell("100% sure"));
  if (IS("content")) wl_upload(call, wl_add_value(wl_content_new(), value, NULL), "/x", NULL);
  if (IS("text")) wl_upload(call, wl_content_text(value_of(call)), "/x", NULL);
  if (IS("stdin")) wl_run(call, wl_stdin(wl_shell("cat"), wl_content_text(value_of(call))));
  if (IS("null")) wl_run(call, wl_stdin(wl_shell("cat"), NULL));
  if (IS("path")) wl_note(call, wl_argument_path(call, "value"));
  if (IS("zero")) wl_note(call, wl_argument_text(call, "value"));
  if (IS("mode")) wl_argument_mode(call, "value");
  if (IS("secret")) wl_secret_is_empty(call, wl_secret_of(value));
}

static const wl_parameter parameters[] = {
    {"value", WL_ANY, "What is tried.", .optional = true, .given = "keyword"},
    {0},
};
static const wl_parameter ways[] = {
    {"how", WL_TEXT, "Which.", .given = "keyword"},
    {"value", WL_ANY, "What is tried.", .optional = true},
    {0},
};
static const wl_operation operations[] = {
    {.name = "fine", .doc = "What looks like a mistake and is none.", .parameters = parameters, .plan = fine},
    {.name = "fail", .doc = "Fail in one of the ways there are.", .parameters = ways, .plan = fail},
    {0},
};

const wl_pack windlass_pack = {"faults", operations, NULL};
