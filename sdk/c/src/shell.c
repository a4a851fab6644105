/* Content and command lines. */

#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- Content ---- */

wl_content *wl_content_new(void) { return wl_alloc(sizeof(wl_content)); }
wl_content *wl_content_text(const char *text) { return wl_add_text(wl_content_new(), text); }

wl_content *wl_content_local(const char *path) {
  wl_content *made = wl_content_new();
  made->local = path;
  return made;
}

wl_content *wl_add_text(wl_content *content, const char *text) {
  MORE(content->atoms) = (atom_t){WINDLASS_PLUGIN_TYPES_ATOM_TEXT, {.text = wl_borrow(text)}};
  return content;
}

wl_content *wl_add_bytes(wl_content *content, const void *bytes, size_t length) {
  bytes_t list = {(uint8_t *)wl_copy(bytes, length), length};
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
  if (secret < 0) return wl_add_text(content, wl_text(value, ""));
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

static void word(wl_command *command, const char *text) {
  MORE(command->parts) = (part_t){WINDLASS_PLUGIN_TYPES_PART_WORD, {.word = wl_borrow(text)}};
}

/* `~/` at the start is left to the shell; what begins with `-` cannot be taken for an option. */
static void path(wl_command *command, const char *text) {
  if (strcmp(text, "~") == 0) {
    raw(command, "~", 1);
  } else if (strncmp(text, "~/", 2) == 0) {
    raw(command, "~/", 2);
    if (text[2]) word(command, text + 2);
  } else {
    word(command, *text == '-' ? wl_format("./%s", text) : text);
  }
}

static void words(wl_command *command, const wl_json *list, void (*one)(wl_command *, const char *)) {
  for (size_t i = 0; i < wl_count(list); i++) {
    if (i) raw(command, " ", 1);
    one(command, wl_text(wl_item(list, i), ""));
  }
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
      case 'w':
        text = va_arg(args, const char *);
        word(made, text ? text : "");
        break;
      case 'p':
        text = va_arg(args, const char *);
        path(made, text ? text : "");
        break;
      case 'r':
        text = va_arg(args, const char *);
        raw(made, text ? text : "", text ? strlen(text) : 0);
        break;
      case 'd': word(made, wl_decimal(va_arg(args, int))); break;
      case 'l': words(made, va_arg(args, const wl_json *), word); break;
      case 'P': words(made, va_arg(args, const wl_json *), path); break;
      case '%': raw(made, "%", 1); break;
      default: abort();
    }
  }
  va_end(args);
  return made;
}

wl_command *wl_stdin(wl_command *command, wl_content *content) {
  command->shell.stdin_.is_some = true;
  command->shell.stdin_.val = wl_contract_content(content);
  return command;
}

wl_command *wl_env(wl_command *command, const char *name, wl_content *value) {
  windlass_plugin_types_list_atom_t atoms = {value->atoms.items, value->atoms.count};
  MORE(command->env) = (windlass_plugin_types_tuple2_string_list_atom_t){wl_borrow(name), atoms};
  return command;
}

wl_command *wl_file(wl_command *command, const char *name, wl_content *content) {
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
