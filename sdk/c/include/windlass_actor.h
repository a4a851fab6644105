/* Actors in C: what operations have done at execution because it cannot be said beforehand. An operation plans
 * `wl_actor(call, "migrate", payload)`; at execution the pack's acting component does what is called `migrate`. */
#ifndef WINDLASS_ACTOR_H
#define WINDLASS_ACTOR_H

#include "windlass_target.h"

/* What the source of actors defines once: all actors of the pack. */
extern const wl_function windlass_actors[];

#endif
