/**
 * Keeps the Jupyter client library off the terminal: it reports every connection and every retry through `console`. What
 * matters of it becomes a failure of the notebook. Calls by anybody else pass unchanged.
 */

/* eslint-disable no-console -- it is what this file is about */

const methods = ['debug', 'log', 'warn', 'error'] as const;
const library = /[\\/]@jupyterlab[\\/]services[\\/]/;

type Write = (...parts: readonly unknown[]) => void;

/** Silences the library until the returned function is called. */
export function quietLibraryConsole(): () => void {
  const restorers = methods.map((method) => {
    const original = Reflect.get(console, method) as Write;
    const filtered = (...parts: unknown[]): void => {
      if (!isLibraryCall()) {
        original(...parts);
      }
    };
    console[method] = filtered;
    return () => {
      // Somebody may have replaced it after us; then it is theirs to restore.
      if (console[method] === filtered) {
        console[method] = original;
      }
    };
  });
  return () => {
    for (const restore of restorers) {
      restore();
    }
  };
}

/** Line 0 of a stack is the message, 1 this function, 2 the filter, 3 its caller. */
function isLibraryCall(): boolean {
  return library.test(new Error().stack?.split('\n')[3] ?? '');
}
