/**
 * Python values as data: what a literal evaluates to, without Python. Ints are exact, floats keep being floats
 * (`1.0` is not `1`), mappings keep their order.
 */
export type PyValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'str'; readonly value: string }
  | { readonly kind: 'list'; readonly items: readonly PyValue[] }
  | { readonly kind: 'tuple'; readonly items: readonly PyValue[] }
  | { readonly kind: 'set'; readonly items: readonly PyValue[] }
  | {
      readonly kind: 'dict';
      readonly entries: readonly (readonly [PyValue, PyValue])[];
    }
  /** Values that no notebook parameter can carry (bytes, complex, Ellipsis, dates); `text` is for messages. */
  | { readonly kind: 'other'; readonly type: string; readonly text: string };
