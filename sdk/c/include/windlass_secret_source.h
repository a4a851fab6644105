/* Sources of secrets in C: `secret("KIND:name")` is read from a component. See windlass_reach.h for programs and web
 * addresses, windlass.h for files of the controller. */
#ifndef WINDLASS_SECRET_SOURCE_H
#define WINDLASS_SECRET_SOURCE_H

#include "windlass_reach.h"

typedef struct {
  /* The value of what stands behind the kind and its colon; without one, the call fails. Asked once a run for each name.
   * What is logged is shown once there is a value, with the value masked; an error has no secret in it. */
  const char *(*get)(wl_call *call, const char *name);
} wl_secret_source;

/* What the source of a source of secrets defines once. */
extern const wl_secret_source windlass_secret_source;

#endif
