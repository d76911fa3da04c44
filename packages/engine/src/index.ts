/** Public surface of @nx-notebook/engine. */
export * from './key-data.js';
export type * from './run-record.js';
export type * from './task-runner.js';
export type * from './task-failure.js';
export type * from './event.js';
export type * from './engine.js';
