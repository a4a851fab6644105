// What the pack's operations have done at execution.

import { defineActors, raw, shell, target, WindlassError } from "windlass/actor";

export const actor = defineActors({
  wait({ command, tries }) {
    for (let number = 1; number <= tries; number++) {
      if (number > 1) target.run(shell`sleep 1`);
      if (target.run(shell`${raw(command)}`).status === 0) return { tries: number };
    }
    throw new WindlassError(`after ${tries} tries it still fails: ${command}`);
  },
});
