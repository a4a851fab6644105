/* Where a fact says that its value comes from. */

#include "../internal.h"

void wl_ask_shell(wl_call *call, wl_command *command) {
  call->asked = true;
  wl_right(call, command->wrong);
  call->origin.tag = EXPORTS_WINDLASS_PLUGIN_FACT_SOURCE_ORIGIN_SHELL;
  call->origin.val.shell = wl_contract_shell(command);
}

void wl_ask_probe(wl_call *call, const char *kind, wl_json *args) {
  call->asked = true;
  call->origin.tag = EXPORTS_WINDLASS_PLUGIN_FACT_SOURCE_ORIGIN_PROBE;
  call->origin.val.probe.kind = wl_borrow(kind);
  call->origin.val.probe.args = wl_object_text(args);
}

void wl_ask_fact(wl_call *call, const char *fact, wl_json *args, wl_json *parts) {
  MORE(call->derived) = (derived_t){wl_borrow(fact), wl_object_text(args), wl_texts(parts)};
  call->asked = true;
  call->origin.tag = EXPORTS_WINDLASS_PLUGIN_FACT_SOURCE_ORIGIN_DERIVED;
  call->origin.val.derived.ptr = call->derived.items;
  call->origin.val.derived.len = call->derived.count;
}
