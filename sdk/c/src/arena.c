/* Memory that lives until a call ends, for the pack and for what the host passes in. */

#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)64 * 1024)

typedef struct chunk {
  struct chunk *next;
  size_t size;
  size_t filled;
  _Alignas(16) unsigned char bytes[];
} chunk;

/* Those in use, the one that is filled first; and those that are free. */
static chunk *used, *spare;

/* One that is free, or a new one. */
static chunk *empty(size_t size) {
  for (chunk **at = &spare; *at; at = &(*at)->next) {
    chunk *found = *at;
    if (found->size < size) continue;
    *at = found->next;
    return found;
  }
  size_t room = size > CHUNK ? size : CHUNK;
  chunk *made = room <= SIZE_MAX - sizeof(chunk) ? malloc(sizeof(chunk) + room) : NULL;
  if (!made) abort();
  made->size = room;
  return made;
}

static void *take(size_t size, size_t align) {
  if (used) {
    size_t at = (used->filled + align - 1) & ~(align - 1);
    if (at <= used->size && size <= used->size - at) {
      used->filled = at + size;
      return used->bytes + at;
    }
  }
  chunk *made = empty(size);
  made->filled = size;
  /* What is large takes a chunk for itself, and the one that is filled stays first. */
  chunk **place = used && size > CHUNK / 4 ? &used->next : &used;
  made->next = *place;
  *place = made;
  return made->bytes;
}

void *wl_alloc(size_t size) {
  void *made = take(size ? size : 1, 16);
  memset(made, 0, size);
  return made;
}

void wl_release(void) {
  while (used) {
    chunk *next = used->next;
    used->next = spare;
    spare = used;
    used = next;
  }
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
      default:
        wl_log("warning", "wl_format has %s, %d, %z and %%, and no other");
        abort();
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

text_t wl_told(const char *text) {
  return wl_borrow(text ? wl_readable((bytes_t){(uint8_t *)text, strlen(text)}) : "");
}

const char *wl_owned(text_t text) { return wl_copy((const char *)text.ptr, text.len); }
