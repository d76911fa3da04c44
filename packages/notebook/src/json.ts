/**
 * JSON values as notebooks carry them: numbers keep their exact text (`1.0`, 12345678901234567890), because an
 * executed notebook must hold what the kernel sent.
 */
import type { LosslessNumber } from 'lossless-json';

/** A JSON number; a {@link LosslessNumber} where a double would change its text. */
export type JsonNumber = number | LosslessNumber;

/** Any JSON value. */
export type JsonValue =
  null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject;

/** A JSON object; keys are data, so a missing one is `undefined`. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}
