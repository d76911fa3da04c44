/** `nx-notebook doctor`: what is safe, what is not, and how to mend it. */
import { withJson, type SingleCommand } from '../command.js';

/** The command. */
export const doctorCommand: SingleCommand = {
  name: 'doctor',
  summary: 'Check Python, the local store and the shared store',
  description:
    "Looks at the Python of every pipeline, writes into the local store, and probes the configured bucket: who may read and write what, whether two writers can overwrite each other, whether damage would be seen. The probes write small objects below the store's prefix. Exit code 1 if anything is unsafe or broken.",
  examples: [
    ['nx-notebook doctor', 'everything, for people'],
    ['nx-notebook doctor --offline', 'without asking the shared store'],
    ['nx-notebook doctor --json', 'for programs'],
  ],
  configure: (command) => {
    withJson(command);
    command.option('--offline', "don't ask the shared store");
  },
  run: async (context, options) => {
    const { examine } = await import('../doctor.js');
    return examine(context, options);
  },
};
