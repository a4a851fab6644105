/* The exports of commands whose bytes pass through the component. What the connector knows of one is the resource. */

#include "channel.h"

exports_windlass_plugin_connector_own_channel_t wl_open_channel(
    wl_call *call, const wl_target *target, const char *command, size_t length) {
  exports_windlass_plugin_connector_own_channel_t none = {0};
  const wl_channels *channels = windlass_connector.channels;
  void *channel = channels ? channels->open(call, target, command, length) : NULL;
  if (call->failed) return none;
  if (channel) return exports_windlass_plugin_connector_channel_new(channel);
  wl_fail(call, "operation", NULL, "the connector gives neither a program nor a channel for the command");
  return none;
}

bool exports_windlass_plugin_connector_method_channel_turn(
    exports_windlass_plugin_connector_channel_t *channel,
    bytes_t *input,
    bool eof,
    uint32_t wait_ms,
    exports_windlass_plugin_connector_turn_t *ret,
    error_t *error) {
  wl_call call = {0};
  wl_input given = {input->ptr, input->len, eof, wait_ms};
  wl_turn turn = windlass_connector.channels->turn(&call, channel, &given);
  *ret = (exports_windlass_plugin_connector_turn_t){
      .stdin_taken = (uint32_t)turn.taken,
      .stdout_ = {(uint8_t *)turn.output, turn.output_length},
      .stderr_ = {(uint8_t *)turn.error, turn.error_length},
  };
  if (turn.ended) {
    ret->exit.is_some = true;
    ret->exit.val.status = (__typeof__(ret->exit.val.status)){turn.signal == NULL, turn.status};
    ret->exit.val.signal = (optional_text_t){turn.signal != NULL, wl_borrow(turn.signal)};
  }
  return wl_ended(&call, error);
}

bool exports_windlass_plugin_connector_method_channel_signal(
    exports_windlass_plugin_connector_channel_t *channel, text_t *name, error_t *error) {
  wl_call call = {0};
  windlass_connector.channels->signal(&call, channel, wl_owned(*name));
  return wl_ended(&call, error);
}

void exports_windlass_plugin_connector_channel_destructor(exports_windlass_plugin_connector_channel_t *channel) {
  windlass_connector.channels->close(channel);
}

POST_RETURN("connector", "[method]channel.turn", connector_method_channel_turn)
POST_RETURN("connector", "[method]channel.signal", connector_method_channel_signal)
