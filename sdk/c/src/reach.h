/* What inventories and connectors share. */
#ifndef WINDLASS_REACH_INTERNAL_H
#define WINDLASS_REACH_INTERNAL_H

#include "../include/windlass_reach.h"
#include "internal.h"

/* A program as the contract has it; the call fails where it has what none can have. */
windlass_plugin_process_spec_t wl_contract_program(wl_call *call, const wl_program *program);

#endif
