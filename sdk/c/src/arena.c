/* Memory that lives until a call ends, for the pack and for what the host passes in. */

#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)64 * 1024)

typedef struct chunk {
  struct chunk *next;
  size_t size;
  size_t used;
  _Alignas(16) unsigned char bytes[];
} chunk;

static chunk *chunks;

static void *take(size_t size, size_t align) {
  for (chunk *one = chunks; one; one = one->next) {
    size_t at = (one->used + align - 1) & ~(align - 1);
    if (at <= one->size && size <= one->size - at) {
      one->used = at + size;
      return one->bytes + at;
    }
  }
  size_t room = size > CHUNK ? size : CHUNK;
  chunk *made = malloc(sizeof(chunk) + room);
  if (!made) abort();
  made->next = chunks;
  made->size = room;
  made->used = size;
  chunks = made;
  return made->bytes;
}

void *wl_alloc(size_t size) {
  void *made = take(size ? size : 1, 16);
  memset(made, 0, size);
  return made;
}

void wl_release(void) {
  for (chunk *one = chunks; one; one = one->next) one->used = 0;
}

/* The host allocates here what it passes in. */
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(
    void *old, size_t old_size, size_t align, size_t new_size) {
  if (new_size == 0) return (void *)align;
  void *made = take(new_size, align);
  if (old && old_size) memcpy(made, old, old_size < new_size ? old_size : new_size);
  return made;
}

char *wl_copy(const char *text, size_t length) {
  char *copy = wl_alloc(length + 1);
  memcpy(copy, text, length);
  return copy;
}

void wl_grow(wl_text_buffer *buffer, const char *text, size_t length) {
  if (buffer->length + length + 1 > buffer->room) {
    buffer->room = (buffer->length + length + 1) * 2;
    char *bigger = wl_alloc(buffer->room);
    if (buffer->length) memcpy(bigger, buffer->text, buffer->length);
    buffer->text = bigger;
  }
  memcpy(buffer->text + buffer->length, text, length);
  buffer->length += length;
  buffer->text[buffer->length] = 0;
}

const char *wl_decimal(int64_t value) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    digits[--at] = (char)('0' + left % 10);
    left /= 10;
  } while (left);
  if (value < 0) digits[--at] = '-';
  return wl_copy(digits + at, sizeof digits - at);
}

const char *wl_format(const char *format, ...) {
  va_list args;
  va_start(args, format);
  wl_text_buffer out = {0};
  wl_grow(&out, "", 0);
  for (const char *at = format; *at; at++) {
    if (*at != '%' || !at[1]) {
      wl_grow(&out, at, 1);
      continue;
    }
    const char *piece = "";
    switch (*++at) {
      case 's': piece = va_arg(args, const char *); break;
      case 'd': piece = wl_decimal(va_arg(args, int)); break;
      case 'z': piece = wl_decimal((int64_t)va_arg(args, size_t)); break;
      case '%': piece = "%"; break;
      default: abort();
    }
    if (piece) wl_grow(&out, piece, strlen(piece));
  }
  va_end(args);
  return out.text;
}

text_t wl_borrow(const char *text) {
  if (!text) text = "";
  return (text_t){(uint8_t *)text, strlen(text)};
}

const char *wl_owned(text_t text) { return wl_copy((const char *)text.ptr, text.len); }
