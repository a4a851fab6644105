/* What the SDK's own files share. */
#ifndef WINDLASS_INTERNAL_H
#define WINDLASS_INTERNAL_H

#include "../include/windlass.h"

/* The bindings of a role name their texts and lists after its world. */
#if defined(WINDLASS_LISTING)
#include "../bindings/listing.h"
#define WORLD(name) listing_##name
#elif defined(WINDLASS_ACTING)
#include "../bindings/acting.h"
#define WORLD(name) acting_##name
#elif defined(WINDLASS_DEPLOYING)
#include "../bindings/deploying_world.h"
#define WORLD(name) deploying_world_##name
#elif defined(WINDLASS_PROVIDING)
#include "../bindings/providing.h"
#define WORLD(name) providing_##name
#elif defined(WINDLASS_CONNECTING)
#include "../bindings/connecting.h"
#define WORLD(name) connecting_##name
#elif defined(WINDLASS_OBSERVING)
#include "../bindings/observing.h"
#define WORLD(name) observing_##name
#else
#define WINDLASS_PLANNING
#include "../bindings/pure.h"
#define WORLD(name) pure_##name
#endif

#include <stdarg.h>

typedef WORLD(string_t) text_t;
typedef WORLD(list_u8_t) bytes_t;
typedef WORLD(list_string_t) texts_t;
typedef WORLD(option_string_t) optional_text_t;

typedef windlass_plugin_types_atom_t atom_t;
typedef windlass_plugin_types_part_t part_t;
typedef windlass_plugin_types_error_t error_t;
#if defined(WINDLASS_PLANNING)
typedef windlass_plugin_types_step_t step_t;
typedef windlass_plugin_types_diff_t diff_t;
typedef windlass_plugin_types_prediction_t prediction_t;
typedef exports_windlass_plugin_fact_source_origin_t origin_t;
typedef exports_windlass_plugin_fact_source_derived_t derived_t;
#elif defined(WINDLASS_LISTING)
typedef exports_windlass_plugin_inventory_host_t host_t;
#endif

/* A list that grows. */
#define LIST(type) \
  struct {         \
    type *items;   \
    size_t count;  \
    size_t room;   \
  }

/* A place for one more item at a list's end. */
#define MORE(list) \
  (*((list).items = wl_room((list).items, (list).count, &(list).room, sizeof *(list).items), \
     &(list).items[(list).count++]))

struct wl_content {
  /* What is wrong with it; the call fails with that where it is used. */
  const char *wrong;
  const char *local;
  LIST(atom_t) atoms;
};

struct wl_command {
  const char *wrong;
  windlass_plugin_types_shell_t shell;
  LIST(part_t) parts;
  LIST(windlass_plugin_types_tuple2_string_list_atom_t) env;
  LIST(windlass_plugin_types_tuple2_string_content_t) files;
};

#if defined(WINDLASS_PLANNING)
struct wl_step {
  windlass_plugin_types_action_t action;
  const wl_json *globals;
  LIST(prediction_t) predictions;
  bool unpredicted;
};
#endif

struct wl_call {
  const wl_json *args;
  bool failed;
  error_t error;
#if defined(WINDLASS_PLANNING)
  LIST(wl_step *) steps;
  LIST(text_t) notes;
  LIST(diff_t) diffs;
  bool asked;
  origin_t origin;
  LIST(derived_t) derived;
#elif defined(WINDLASS_LISTING)
  LIST(host_t) hosts;
#endif
};

/* Text that grows. */
typedef struct {
  char *text;
  size_t length;
  size_t room;
} wl_text_buffer;

/* Ends the life of all that was allocated. */
void wl_release(void);
void *wl_room(void *items, size_t count, size_t *room, size_t size);
char *wl_copy(const char *text, size_t length);
void wl_grow(wl_text_buffer *buffer, const char *text, size_t length);
const char *wl_decimal(int64_t value);
/* The contract's text of C's, and the other way round; and text for people, what is no UTF-8 replaced. */
text_t wl_borrow(const char *text);
text_t wl_told(const char *text);
const char *wl_owned(text_t text);
/* JSON of the contract: an object, {} for NULL; the texts of an array; and what the host answered. */
text_t wl_object_text(const wl_json *object);
texts_t wl_texts(const wl_json *list);
const wl_json *wl_answered(text_t text);
/* All of a value that is text, zero bytes too; and what a value is called in messages. */
text_t wl_whole_text(const wl_json *value);
const char *wl_kind_name(const wl_json *value);
/* Bytes with a zero byte after them; and as text, what is no UTF-8 replaced. */
const char *wl_bytes(bytes_t list);
const char *wl_readable(bytes_t list);
bool wl_is_text(const char *bytes, size_t length);
/* What a process gave; and the output of one that did not run. */
wl_output wl_output_of(const windlass_plugin_types_exit_t *exit, bytes_t out, bytes_t error);
wl_output wl_no_output(void);
/* Whether a call has no error; else gives it. */
bool wl_ended(const wl_call *call, error_t *error);
/* Fails the call with what is wrong with content or a command; true where nothing is. */
bool wl_right(wl_call *call, const char *wrong);
/* What is wrong with content: its own, or that it is NULL. */
const char *wl_wrong_in(const wl_content *content);
/* The error of the host becomes the call's. */
void wl_fail_with(wl_call *call, const error_t *error);
windlass_plugin_types_content_t wl_contract_content(const wl_content *content);
/* Steps, and what an actor does, as the contract has them. */
windlass_plugin_types_shell_t wl_contract_shell(const wl_command *command);
windlass_plugin_types_upload_t wl_contract_upload(
    const wl_content *content, const char *dest, const wl_ownership *ownership);
windlass_plugin_types_download_t wl_contract_download(const char *src, const char *dest, bool create_folder);
windlass_plugin_types_nested_t wl_contract_nested(const char *operation, const wl_json *args);

/* The host has read what a call gave: all of its memory is free again. */
#define POST_RETURN(interface, function, c_name)                                                     \
  __attribute__((export_name("cabi_post_windlass:plugin/" interface "@0.1.0#" function))) void       \
      __wasm_export_exports_windlass_plugin_##c_name##_post_return(uint8_t *unused) {                \
    (void)unused;                                                                                    \
    wl_release();                                                                                    \
  }

#endif
