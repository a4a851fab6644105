/* The plan that an operation writes. */

#include "../internal.h"

#define ACTION(kind) WINDLASS_PLUGIN_TYPES_ACTION_##kind

static wl_step *add(wl_call *call, uint8_t tag) {
  wl_step *made = wl_alloc(sizeof *made);
  made->action.tag = tag;
  MORE(call->steps) = made;
  return made;
}

wl_step *wl_run(wl_call *call, wl_command *command) {
  wl_step *step = add(call, ACTION(SHELL));
  wl_right(call, command->wrong);
  step->action.val.shell = wl_contract_shell(command);
  return step;
}

wl_step *wl_upload(wl_call *call, wl_content *content, const char *dest, const wl_ownership *ownership) {
  wl_step *step = add(call, ACTION(UPLOAD));
  if (!wl_right(call, wl_wrong_in(content))) return step;
  step->action.val.upload = wl_contract_upload(content, dest, ownership);
  return step;
}

wl_step *wl_download(wl_call *call, const char *src, const char *dest, bool create_folder) {
  wl_step *step = add(call, ACTION(DOWNLOAD));
  step->action.val.download = wl_contract_download(src, dest, create_folder);
  return step;
}

wl_step *wl_rsync(wl_call *call, const char *src, const char *dest, const char *const *options) {
  wl_step *step = add(call, ACTION(RSYNC));
  LIST(text_t) list = {0};
  for (; options && *options; options++) MORE(list) = wl_borrow(*options);
  step->action.val.rsync = (windlass_plugin_types_rsync_t){
      wl_borrow(src), wl_borrow(dest), {list.items, list.count}, wl_borrow("{}")};
  return step;
}

wl_step *wl_actor(wl_call *call, const char *actor, const wl_json *payload) {
  wl_step *step = add(call, ACTION(CALL));
  step->action.val.call =
      (windlass_plugin_types_call_t){wl_borrow(actor), wl_borrow(wl_write(payload)), wl_borrow("{}")};
  return step;
}

wl_step *wl_reboot(
    wl_call *call, wl_command *command, uint32_t delay_ms, uint32_t interval_ms, uint32_t timeout_ms) {
  wl_step *step = add(call, ACTION(REBOOT));
  wl_right(call, command->wrong);
  step->action.val.reboot = (windlass_plugin_types_reboot_t){
      wl_contract_shell(command).text, delay_ms, interval_ms, timeout_ms, wl_borrow("{}")};
  return step;
}

wl_step *wl_nested(wl_call *call, const char *operation, const wl_json *args) {
  wl_step *step = add(call, ACTION(NESTED));
  step->action.val.nested = wl_contract_nested(operation, args);
  return step;
}

wl_step *wl_predict_part(
    wl_step *step, const char *fact, wl_json *args, bool partial, const char *at, const wl_json *value) {
  MORE(step->predictions) = (prediction_t){
      wl_borrow(fact),
      wl_object_text(args),
      partial,
      wl_borrow(at),
      {value != NULL, wl_borrow(value ? wl_write(value) : "")},
      wl_borrow("{}"),
  };
  return step;
}

wl_step *wl_predict(wl_step *step, const char *fact, wl_json *args, const wl_json *value) {
  return wl_predict_part(step, fact, args, false, "", value ? value : wl_null());
}

wl_step *wl_predict_unknown(wl_step *step, const char *fact, wl_json *args) {
  return wl_predict_part(step, fact, args, false, "", NULL);
}

wl_step *wl_changes_more(wl_step *step) {
  step->unpredicted = true;
  return step;
}

wl_step *wl_globals(wl_step *step, const wl_json *globals) {
  step->globals = globals;
  return step;
}

void wl_note(wl_call *call, const char *note) { MORE(call->notes) = wl_told(note); }

void wl_diff(wl_call *call, const char *subject, const char *before, const char *after) {
  wl_content *sides[] = {wl_content_text(before), wl_content_text(after)};
  if (!wl_right(call, sides[0]->wrong) || !wl_right(call, sides[1]->wrong)) return;
  MORE(call->diffs) = (diff_t){
      wl_borrow(subject),
      wl_borrow("text"),
      {sides[0]->atoms.items, 1},
      {sides[1]->atoms.items, 1},
      wl_borrow("{}"),
  };
}
