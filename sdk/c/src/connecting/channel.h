/* Commands whose bytes pass through the component. */
#ifndef WINDLASS_CHANNEL_INTERNAL_H
#define WINDLASS_CHANNEL_INTERNAL_H

#include "../reach.h"

/* Starts one; fails where the connector has none. */
exports_windlass_plugin_connector_own_channel_t wl_open_channel(
    wl_call *call, const wl_target *target, const char *command, size_t length);

#endif
