/* JSON: values that are built, read and written. Numbers keep their digits. */

#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 128

typedef struct {
  const char *key;
  wl_json *value;
} member_t;

struct wl_json {
  wl_kind kind;
  bool truth;
  const char *text;
  size_t length;
  LIST(member_t) members;
};

void *wl_room(void *items, size_t count, size_t *room, size_t size) {
  if (count < *room) return items;
  *room = *room ? *room * 2 : 8;
  void *bigger = wl_alloc(*room * size);
  if (count) memcpy(bigger, items, count * size);
  return bigger;
}

static wl_json *make(wl_kind kind) {
  wl_json *made = wl_alloc(sizeof *made);
  made->kind = kind;
  made->text = "";
  return made;
}

static wl_json *make_text(wl_kind kind, const char *text, size_t length) {
  wl_json *made = make(kind);
  made->text = wl_copy(text, length);
  made->length = length;
  return made;
}

wl_json *wl_null(void) { return make(WL_NULL); }

wl_json *wl_boolean(bool value) {
  wl_json *made = make(WL_BOOLEAN);
  made->truth = value;
  return made;
}

wl_json *wl_integer(int64_t value) { return wl_number(wl_decimal(value)); }
wl_json *wl_number(const char *text) { return make_text(WL_NUMBER, text, strlen(text)); }
wl_json *wl_string(const char *text) { return text ? make_text(WL_STRING, text, strlen(text)) : wl_null(); }
wl_json *wl_array(void) { return make(WL_ARRAY); }
wl_json *wl_object(void) { return make(WL_OBJECT); }

wl_json *wl_push(wl_json *array, wl_json *value) {
  MORE(array->members) = (member_t){"", value ? value : wl_null()};
  return array;
}

wl_json *wl_set(wl_json *object, const char *key, wl_json *value) {
  if (!value) value = wl_null();
  for (size_t i = 0; i < object->members.count; i++) {
    if (strcmp(object->members.items[i].key, key) == 0) {
      object->members.items[i].value = value;
      return object;
    }
  }
  MORE(object->members) = (member_t){wl_copy(key, strlen(key)), value};
  return object;
}

wl_kind wl_kind_of(const wl_json *value) { return value ? value->kind : WL_NULL; }
bool wl_is_true(const wl_json *value) { return value && value->kind == WL_BOOLEAN && value->truth; }

const char *wl_text(const wl_json *value, const char *otherwise) {
  return value && value->kind == WL_STRING ? value->text : otherwise;
}

int64_t wl_whole(const wl_json *value, int64_t otherwise) {
  static const double exact = 9007199254740992.0;
  if (wl_kind_of(value) != WL_NUMBER) return otherwise;
  char *end;
  errno = 0;
  int64_t whole = strtoll(value->text, &end, 10);
  if (*end == 0) return errno == 0 ? whole : otherwise;
  /* What a float stands for, if it does: languages may write 3 as 3.0. */
  double number = strtod(value->text, &end);
  bool fits = *end == 0 && number >= -exact && number <= exact && number == (double)(int64_t)number;
  return fits ? (int64_t)number : otherwise;
}

size_t wl_count(const wl_json *value) { return value ? value->members.count : 0; }

const wl_json *wl_item(const wl_json *value, size_t position) {
  return position < wl_count(value) ? value->members.items[position].value : NULL;
}

const char *wl_key(const wl_json *object, size_t position) {
  return position < wl_count(object) ? object->members.items[position].key : "";
}

const wl_json *wl_member(const wl_json *object, const char *key) {
  if (!object || object->kind != WL_OBJECT) return NULL;
  /* Of those with one key, which JSON may have, the last one holds. */
  for (size_t i = object->members.count; i-- > 0;) {
    if (strcmp(object->members.items[i].key, key) == 0) return object->members.items[i].value;
  }
  return NULL;
}

/* Integers by their digits, which a float may not have all. */
static bool same_number(const char *one, const char *other) {
  static const char digits[] = "-0123456789";
  bool whole = one[strspn(one, digits)] == 0 && other[strspn(other, digits)] == 0;
  if (whole && strlen(one) > 15) return strcmp(one, other) == 0;
  return strtod(one, NULL) == strtod(other, NULL);
}

bool wl_equal(const wl_json *one, const wl_json *other) {
  if (wl_kind_of(one) != wl_kind_of(other)) return false;
  switch (wl_kind_of(one)) {
    case WL_NULL: return true;
    case WL_BOOLEAN: return one->truth == other->truth;
    case WL_NUMBER: return same_number(one->text, other->text);
    case WL_STRING: return one->length == other->length && memcmp(one->text, other->text, one->length) == 0;
    default: break;
  }
  if (wl_count(one) != wl_count(other)) return false;
  for (size_t i = 0; i < wl_count(one); i++) {
    const wl_json *mine = wl_item(one, i);
    const wl_json *theirs = one->kind == WL_ARRAY ? wl_item(other, i) : wl_member(other, wl_key(one, i));
    if (!theirs || !wl_equal(mine, theirs)) return false;
  }
  return true;
}

/* ---- Reading ---- */

typedef struct {
  const char *at;
  const char *end;
  int depth;
} reader;

static wl_json *read_value(reader *in);

static void skip_space(reader *in) {
  while (in->at < in->end && strchr(" \t\r\n", *in->at) && *in->at) in->at++;
}

static bool accept(reader *in, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(in->end - in->at) < length || memcmp(in->at, word, length) != 0) return false;
  in->at += length;
  return true;
}

static void put_point(wl_text_buffer *out, uint32_t point) {
  char bytes[4];
  size_t count = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = count; i-- > 1; point >>= 6) bytes[i] = (char)(0x80 | (point & 0x3f));
  bytes[0] = (char)(first[count] | point);
  wl_grow(out, bytes, count);
}

static bool read_hex(reader *in, uint32_t *point) {
  if (in->end - in->at < 4) return false;
  char digits[5] = {in->at[0], in->at[1], in->at[2], in->at[3], 0};
  *point = (uint32_t)strtoul(digits, NULL, 16);
  in->at += 4;
  return strspn(digits, "0123456789abcdefABCDEF") == 4;
}

static bool read_escape(reader *in, wl_text_buffer *out) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (in->at >= in->end) return false;
  char kind = *in->at++;
  if (kind != 'u') {
    const char *found = kind ? strchr(from, kind) : NULL;
    if (found) wl_grow(out, &to[found - from], 1);
    return found != NULL;
  }
  uint32_t point, low;
  if (!read_hex(in, &point)) return false;
  if (point >= 0xd800 && point < 0xdc00) {
    if (!accept(in, "\\u") || !read_hex(in, &low) || low < 0xdc00 || low > 0xdfff) return false;
    point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
  } else if (point >= 0xdc00 && point < 0xe000) {
    return false;
  }
  put_point(out, point);
  return true;
}

static wl_json *read_string(reader *in) {
  wl_text_buffer out = {0};
  wl_grow(&out, "", 0);
  while (in->at < in->end) {
    char next = *in->at++;
    if (next == '"') {
      wl_json *made = make(WL_STRING);
      made->text = out.text;
      made->length = out.length;
      return made;
    }
    if ((unsigned char)next < 0x20) return NULL;
    if (next != '\\') wl_grow(&out, &next, 1);
    else if (!read_escape(in, &out)) return NULL;
  }
  return NULL;
}

static wl_json *read_members(reader *in, wl_kind kind, const char *end) {
  wl_json *made = make(kind);
  skip_space(in);
  if (accept(in, end)) return made;
  do {
    const char *key = "";
    if (kind == WL_OBJECT) {
      skip_space(in);
      wl_json *name = accept(in, "\"") ? read_string(in) : NULL;
      skip_space(in);
      if (!name || !accept(in, ":")) return NULL;
      key = name->text;
    }
    wl_json *value = read_value(in);
    if (!value) return NULL;
    MORE(made->members) = (member_t){key, value};
    skip_space(in);
  } while (accept(in, ","));
  return accept(in, end) ? made : NULL;
}

/* How many digits stand here, which are passed over. */
static size_t digits(reader *in) {
  const char *start = in->at;
  while (in->at < in->end && *in->at >= '0' && *in->at <= '9') in->at++;
  return (size_t)(in->at - start);
}

static wl_json *read_number(reader *in) {
  const char *start = in->at;
  accept(in, "-");
  bool right = accept(in, "0") || digits(in);
  if (accept(in, ".")) right = digits(in) && right;
  if (accept(in, "e") || accept(in, "E")) {
    if (!accept(in, "+")) accept(in, "-");
    right = digits(in) && right;
  }
  return right ? make_text(WL_NUMBER, start, (size_t)(in->at - start)) : NULL;
}

static wl_json *read_value(reader *in) {
  skip_space(in);
  if (accept(in, "null")) return wl_null();
  if (accept(in, "true")) return wl_boolean(true);
  if (accept(in, "false")) return wl_boolean(false);
  if (accept(in, "\"")) return read_string(in);
  if (in->at < in->end && (*in->at == '[' || *in->at == '{')) {
    bool list = *in->at++ == '[';
    if (++in->depth > DEEPEST) return NULL;
    wl_json *made = read_members(in, list ? WL_ARRAY : WL_OBJECT, list ? "]" : "}");
    in->depth--;
    return made;
  }
  return read_number(in);
}

wl_json *wl_parse(const char *text, size_t length) {
  if (!wl_is_text(text, length)) return NULL;
  reader in = {text, text + length, 0};
  wl_json *made = read_value(&in);
  skip_space(&in);
  return in.at == in.end ? made : NULL;
}

/* ---- Writing ---- */

static void write_text(wl_text_buffer *out, const char *text, size_t length) {
  static const char hex[] = "0123456789abcdef";
  wl_grow(out, "\"", 1);
  for (size_t i = 0; i < length; i++) {
    unsigned char next = (unsigned char)text[i];
    if (next == '"' || next == '\\') wl_grow(out, "\\", 1);
    if (next >= 0x20) {
      wl_grow(out, text + i, 1);
    } else {
      char escape[] = {'\\', 'u', '0', '0', hex[next >> 4], hex[next & 15]};
      wl_grow(out, escape, sizeof escape);
    }
  }
  wl_grow(out, "\"", 1);
}

static void write_value(wl_text_buffer *out, const wl_json *value) {
  switch (wl_kind_of(value)) {
    case WL_NULL: wl_grow(out, "null", 4); return;
    case WL_BOOLEAN: wl_grow(out, value->truth ? "true" : "false", value->truth ? 4 : 5); return;
    case WL_NUMBER: wl_grow(out, value->text, value->length); return;
    case WL_STRING: write_text(out, value->text, value->length); return;
    default: break;
  }
  bool list = value->kind == WL_ARRAY;
  wl_grow(out, list ? "[" : "{", 1);
  for (size_t i = 0; i < value->members.count; i++) {
    const member_t *member = &value->members.items[i];
    if (i) wl_grow(out, ",", 1);
    if (!list) {
      write_text(out, member->key, strlen(member->key));
      wl_grow(out, ":", 1);
    }
    write_value(out, member->value);
  }
  wl_grow(out, list ? "]" : "}", 1);
}

const char *wl_write(const wl_json *value) {
  wl_text_buffer out = {0};
  write_value(&out, value);
  return out.text;
}

/* ---- For the contract ---- */

text_t wl_object_text(const wl_json *object) { return wl_borrow(object ? wl_write(object) : "{}"); }

texts_t wl_texts(const wl_json *list) {
  LIST(text_t) found = {0};
  for (size_t i = 0; i < wl_count(list); i++) MORE(found) = wl_borrow(wl_text(wl_item(list, i), ""));
  return (texts_t){found.items, found.count};
}

text_t wl_whole_text(const wl_json *value) {
  bool text = wl_kind_of(value) == WL_STRING;
  return text ? (text_t){(uint8_t *)value->text, value->length} : wl_borrow("");
}

const char *wl_kind_name(const wl_json *value) {
  static const char *const names[] = {"null", "a boolean", "a number", "text", "a list", "an object"};
  return names[wl_kind_of(value)];
}

const wl_json *wl_answered(text_t text) { return wl_parse((const char *)text.ptr, text.len); }
