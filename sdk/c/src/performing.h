/* What actors and the functions of deploys share. */
#ifndef WINDLASS_PERFORMING_INTERNAL_H
#define WINDLASS_PERFORMING_INTERNAL_H

#include "../include/windlass_target.h"
#include "internal.h"

/* Calls one of the functions by its name; `what`: what they are called in errors. */
bool wl_call_function(
    const wl_function *functions, const char *what, text_t *name, text_t *payload, text_t *ret, error_t *error);

#endif
