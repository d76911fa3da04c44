/** A Python interpreter as plain data. Found without running it where a venv tells everything. */

/** An interpreter and where its packages are. */
export interface PythonInterpreter {
  /** Absolute path of the executable, as a kernel should be started with it (a venv's link is not resolved). */
  readonly path: string;
  /** `3.11` */
  readonly version: string;
  /** Absolute site-packages folders, in order. */
  readonly sitePackages: readonly string[];
}
