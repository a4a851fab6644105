/* What may be asked about secrets. */

#include "../internal.h"

bool wl_secret_matches(wl_call *call, const wl_content *content, const char *algorithm, const char *digest) {
  if (!wl_right(call, wl_wrong_in(content))) return false;
  windlass_plugin_secrets_list_atom_t atoms = {content->atoms.items, content->atoms.count};
  text_t how = wl_borrow(algorithm), expected = wl_borrow(digest);
  bool same = false;
  error_t error;
  if (!windlass_plugin_secrets_matches(&atoms, &how, &expected, &same, &error)) wl_fail_with(call, &error);
  return same;
}

bool wl_secret_is_empty(wl_call *call, int64_t secret) {
  bool empty = false;
  if (secret < 0 || secret > UINT32_MAX) {
    wl_fail(call, "secret", NULL, "only a secret's number can be asked about: see wl_secret_of");
    return false;
  }
  error_t error;
  if (!windlass_plugin_secrets_is_empty((uint32_t)secret, &empty, &error)) wl_fail_with(call, &error);
  return empty;
}
