/* Content and command lines. */

#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- Content ---- */

wl_content *wl_content_new(void) { return wl_alloc(sizeof(wl_content)); }
wl_content *wl_content_text(const char *text) { return wl_add_text(wl_content_new(), text); }

static const char *const no_text =
    "content is made of text, bytes and secrets, not of NULL, as an argument that was left out; "
    "what may be a secret is added by wl_add_value";

wl_content *wl_content_local(const char *path) {
  wl_content *made = wl_content_new();
  made->local = path;
  if (!path) made->wrong = "a file of the controller without a path";
  return made;
}

const char *wl_wrong_in(const wl_content *content) { return content ? content->wrong : "content that is NULL"; }

wl_content *wl_add_text(wl_content *content, const char *text) {
  if (!text) content->wrong = no_text;
  MORE(content->atoms) = (atom_t){WINDLASS_PLUGIN_TYPES_ATOM_TEXT, {.text = wl_borrow(text)}};
  return content;
}

wl_content *wl_add_bytes(wl_content *content, const void *bytes, size_t length) {
  if (!bytes && length) content->wrong = no_text;
  bytes_t list = {(uint8_t *)wl_copy(bytes ? bytes : "", bytes ? length : 0), bytes ? length : 0};
  MORE(content->atoms) = (atom_t){WINDLASS_PLUGIN_TYPES_ATOM_BYTES, {.bytes = list}};
  return content;
}

static texts_t texts(const char *const *list) {
  LIST(text_t) found = {0};
  for (; list && *list; list++) MORE(found) = wl_borrow(*list);
  return (texts_t){found.items, found.count};
}

wl_content *wl_add_value(wl_content *content, const wl_json *value, const char *const *encodings) {
  int64_t secret = wl_secret_of(value);
  if (secret < 0) {
    if (wl_kind_of(value) != WL_STRING) {
      content->wrong = wl_format("content is made of text, bytes and secrets, not of %s", wl_kind_name(value));
    }
    MORE(content->atoms) = (atom_t){WINDLASS_PLUGIN_TYPES_ATOM_TEXT, {.text = wl_whole_text(value)}};
    return content;
  }
  windlass_plugin_types_secret_use_t use = {(uint32_t)secret, texts(encodings)};
  MORE(content->atoms) = (atom_t){WINDLASS_PLUGIN_TYPES_ATOM_SECRET, {.secret = use}};
  return content;
}

windlass_plugin_types_content_t wl_contract_content(const wl_content *content) {
  windlass_plugin_types_content_t made;
  if (content->local) {
    made.tag = WINDLASS_PLUGIN_TYPES_CONTENT_LOCAL;
    made.val.local = wl_borrow(content->local);
  } else {
    made.tag = WINDLASS_PLUGIN_TYPES_CONTENT_INLINE;
    made.val.inline_ = (windlass_plugin_types_list_atom_t){content->atoms.items, content->atoms.count};
  }
  return made;
}

/* ---- Command lines ---- */

/* No two raw parts stand side by side. */
static void raw(wl_command *command, const char *text, size_t length) {
  if (length == 0) return;
  part_t *last = command->parts.count ? &command->parts.items[command->parts.count - 1] : NULL;
  if (last && last->tag == WINDLASS_PLUGIN_TYPES_PART_RAW) {
    wl_text_buffer joined = {0};
    wl_grow(&joined, (const char *)last->val.raw.ptr, last->val.raw.len);
    wl_grow(&joined, text, length);
    last->val.raw = (text_t){(uint8_t *)joined.text, joined.length};
    return;
  }
  text_t copy = {(uint8_t *)wl_copy(text, length), length};
  MORE(command->parts) = (part_t){WINDLASS_PLUGIN_TYPES_PART_RAW, {.raw = copy}};
}

static void word(wl_command *command, text_t text) {
  MORE(command->parts) = (part_t){WINDLASS_PLUGIN_TYPES_PART_WORD, {.word = text}};
}

/* `~/` at the start is left to the shell; what begins with `-` cannot be taken for an option. */
static void path(wl_command *command, text_t path) {
  const char *text = (const char *)path.ptr;
  if (strcmp(text, "~") == 0) {
    raw(command, "~", 1);
  } else if (strncmp(text, "~/", 2) == 0) {
    raw(command, "~/", 2);
    if (text[2]) word(command, wl_borrow(text + 2));
  } else {
    word(command, *text == '-' ? wl_borrow(wl_format("./%s", text)) : path);
  }
}

static void words(wl_command *command, const wl_json *list, void (*one)(wl_command *, text_t)) {
  for (size_t i = 0; i < wl_count(list); i++) {
    const wl_json *item = wl_item(list, i);
    if (i) raw(command, " ", 1);
    if (wl_kind_of(item) == WL_STRING) {
      one(command, wl_whole_text(item));
    } else if (wl_kind_of(item) == WL_NUMBER) {
      one(command, wl_borrow(wl_write(item)));
    } else if (wl_secret_of(item) >= 0) {
      command->wrong =
          "command lines are seen by every user of the target: give a secret to wl_stdin, wl_env or wl_file";
    } else {
      command->wrong = wl_format("%s is no argument of a command", wl_kind_name(item));
    }
  }
}

/* Text of a command line's values; where there is none the command is wrong. */
static const char *given(wl_command *command, const char *text) {
  if (text) return text;
  command->wrong =
      "NULL is no argument of a command, as an argument that was left out, or that is a secret: "
      "give a secret to wl_stdin, wl_env or wl_file";
  return "";
}

wl_command *wl_shell(const char *format, ...) {
  wl_command *made = wl_alloc(sizeof *made);
  va_list args;
  va_start(args, format);
  for (const char *at = format; *at; at++) {
    size_t plain = strcspn(at, "%");
    raw(made, at, plain);
    at += plain;
    if (!*at) break;
    const char *text = NULL;
    switch (*++at) {
      case 'w': word(made, wl_borrow(given(made, va_arg(args, const char *)))); break;
      case 'p': path(made, wl_borrow(given(made, va_arg(args, const char *)))); break;
      case 'r':
        text = given(made, va_arg(args, const char *));
        raw(made, text, strlen(text));
        break;
      case 'd': word(made, wl_borrow(wl_decimal(va_arg(args, int)))); break;
      case 'l': words(made, va_arg(args, const wl_json *), word); break;
      case 'P': words(made, va_arg(args, const wl_json *), path); break;
      case '%': raw(made, "%", 1); break;
      default:
        made->wrong = wl_format("wl_shell has no %%%s: see windlass.h for those that it has", wl_copy(at, *at ? 1 : 0));
        va_end(args);
        return made;
    }
  }
  va_end(args);
  return made;
}

/* Whether content can be used; else the command is wrong. */
static bool usable(wl_command *command, const wl_content *content) {
  const char *wrong = wl_wrong_in(content);
  if (wrong) command->wrong = wrong;
  return !wrong;
}

wl_command *wl_stdin(wl_command *command, wl_content *content) {
  if (!usable(command, content)) return command;
  command->shell.stdin_.is_some = true;
  command->shell.stdin_.val = wl_contract_content(content);
  return command;
}

wl_command *wl_env(wl_command *command, const char *name, wl_content *value) {
  if (!usable(command, value)) return command;
  windlass_plugin_types_list_atom_t atoms = {value->atoms.items, value->atoms.count};
  MORE(command->env) = (windlass_plugin_types_tuple2_string_list_atom_t){wl_borrow(name), atoms};
  return command;
}

wl_command *wl_file(wl_command *command, const char *name, wl_content *content) {
  if (!usable(command, content)) return command;
  windlass_plugin_types_tuple2_string_content_t file = {wl_borrow(name), wl_contract_content(content)};
  MORE(command->files) = file;
  return command;
}

windlass_plugin_types_shell_t wl_contract_shell(const wl_command *command) {
  windlass_plugin_types_shell_t made = command->shell;
  made.text = (windlass_plugin_types_shell_text_t){command->parts.items, command->parts.count};
  made.env = (windlass_plugin_types_list_tuple2_string_list_atom_t){command->env.items, command->env.count};
  made.files = (windlass_plugin_types_list_tuple2_string_content_t){command->files.items, command->files.count};
  made.more = wl_borrow("{}");
  return made;
}
