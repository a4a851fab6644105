/* What the SDK's own files share. */
#ifndef WINDLASS_INTERNAL_H
#define WINDLASS_INTERNAL_H

#include "../bindings/pure.h"
#include "../include/windlass.h"

#include <stdarg.h>

typedef windlass_plugin_types_atom_t atom_t;
typedef windlass_plugin_types_part_t part_t;
typedef windlass_plugin_types_step_t step_t;
typedef windlass_plugin_types_diff_t diff_t;
typedef windlass_plugin_types_prediction_t prediction_t;
typedef windlass_plugin_types_error_t error_t;
typedef exports_windlass_plugin_fact_source_origin_t origin_t;
typedef exports_windlass_plugin_fact_source_derived_t derived_t;

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
  const char *local;
  LIST(atom_t) atoms;
};

struct wl_command {
  windlass_plugin_types_shell_t shell;
  LIST(part_t) parts;
  LIST(windlass_plugin_types_tuple2_string_list_atom_t) env;
  LIST(windlass_plugin_types_tuple2_string_content_t) files;
};

struct wl_step {
  windlass_plugin_types_action_t action;
  const wl_json *globals;
  LIST(prediction_t) predictions;
};

struct wl_call {
  const wl_json *args;
  bool failed;
  error_t error;
  LIST(wl_step *) steps;
  LIST(pure_string_t) notes;
  LIST(diff_t) diffs;
  bool asked;
  origin_t origin;
  LIST(derived_t) derived;
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
/* The contract's text of C's, and the other way round. */
pure_string_t wl_borrow(const char *text);
const char *wl_owned(pure_string_t text);
/* The error of the host becomes the call's. */
void wl_fail_with(wl_call *call, const error_t *error);
windlass_plugin_types_content_t wl_contract_content(const wl_content *content);
/* A command as the contract has it. */
windlass_plugin_types_shell_t wl_contract_shell(const wl_command *command);

#endif
