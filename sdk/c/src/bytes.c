/* Bytes of the host as text, and what processes gave. */

#include "internal.h"

const char *wl_bytes(bytes_t list) { return wl_copy((const char *)list.ptr, list.len); }

/* How many bytes at the start of some are a character in UTF-8; 0 where they are none, and then `wrong` is how many
 * of them one sign stands for. */
static size_t character(const unsigned char *at, size_t left, size_t *wrong) {
  unsigned char first = at[0], least = 0x80, most = 0xbf;
  *wrong = 1;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first == 0xe0) least = 0xa0;
  if (first == 0xed) most = 0x9f;
  if (first == 0xf0) least = 0x90;
  if (first == 0xf4) most = 0x8f;
  for (size_t i = 1; i < length; i++, least = 0x80, most = 0xbf) {
    if (i >= left || at[i] < least || at[i] > most) {
      *wrong = i;
      return 0;
    }
  }
  return length;
}

bool wl_is_text(const char *bytes, size_t length) {
  for (size_t at = 0, wrong, next; at < length; at += next) {
    next = character((const unsigned char *)bytes + at, length - at, &wrong);
    if (!next) return false;
  }
  return true;
}

const char *wl_readable(bytes_t list) {
  wl_text_buffer out = {0};
  wl_grow(&out, "", 0);
  for (size_t at = 0, wrong; at < list.len;) {
    size_t length = character(list.ptr + at, list.len - at, &wrong);
    if (length) wl_grow(&out, (const char *)list.ptr + at, length);
    else wl_grow(&out, "\xef\xbf\xbd", 3);
    at += length ? length : wrong;
  }
  return out.text;
}

wl_output wl_output_of(const windlass_plugin_types_exit_t *exit, bytes_t out, bytes_t error) {
  return (wl_output){
      .status = exit->status.is_some ? exit->status.val : -1,
      .signal = exit->signal.is_some ? wl_owned(exit->signal.val) : NULL,
      .text = wl_readable(out),
      .bytes = wl_bytes(out),
      .length = out.len,
      .error = wl_bytes(error),
      .error_length = error.len,
  };
}

wl_output wl_no_output(void) { return (wl_output){.status = -1, .text = "", .bytes = "", .error = ""}; }
