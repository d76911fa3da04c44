/**
 * What a plain (unquoted) YAML scalar means to PyYAML's safe loader: YAML 1.1 with PyYAML's own patterns. `yaml`'s
 * resolvers differ (plain `n` and `y`, `e1`, `08`), so they are not used.
 */
import type { PyValue } from '@nx-notebook/python';

/** Most values are words. Of all other patterns only those of null and of truth values start with a letter. */
const isWord = /^[A-Za-z_]/;
const isConstant = /^(?:null|yes|no|true|false|on|off)$/i;
const isNull = /^(?:~|null|Null|NULL|)$/;
const isTrue = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const isFalse = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const isInt =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const isFloat =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const isDate = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const isTimestamp =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$/;

/** The value of a plain scalar without a tag; strings are not cast yet. */
export function resolvePlainScalar(text: string): PyValue {
  if (isWord.test(text) && !isConstant.test(text))
    return { kind: 'str', value: text };
  if (isNull.test(text)) return { kind: 'none' };
  return (
    resolveBool(text) ??
    resolveInt(text) ??
    resolveFloat(text) ??
    resolveTimestamp(text) ?? { kind: 'str', value: text }
  );
}

/** A scalar with an explicit tag (`!!int "5"`), or undefined when the text does not fit it. */
export function resolveTagged(tag: string, text: string): PyValue | undefined {
  switch (tag) {
    case 'tag:yaml.org,2002:str':
    case '!':
      return { kind: 'str', value: text };
    case 'tag:yaml.org,2002:null':
      return { kind: 'none' };
    case 'tag:yaml.org,2002:bool':
      return resolveBool(text);
    case 'tag:yaml.org,2002:int':
      return resolveInt(text);
    case 'tag:yaml.org,2002:float': {
      const int = resolveInt(text);
      return int?.kind === 'int'
        ? { kind: 'float', value: Number(int.value) }
        : resolveFloat(text);
    }
    case 'tag:yaml.org,2002:timestamp':
      return resolveTimestamp(text);
    default:
      return undefined;
  }
}

function resolveBool(text: string): PyValue | undefined {
  if (isTrue.test(text)) return { kind: 'bool', value: true };
  return isFalse.test(text) ? { kind: 'bool', value: false } : undefined;
}

function resolveInt(text: string): PyValue | undefined {
  if (!isInt.test(text)) return undefined;
  const sign = text.startsWith('-') ? -1n : 1n;
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  const value = magnitude(digits);
  return value === undefined ? undefined : { kind: 'int', value: sign * value };
}

function magnitude(digits: string): bigint | undefined {
  if (/^0[bx]/.test(digits))
    return digits.length > 2 ? BigInt(digits) : undefined;
  if (digits.includes(':'))
    return digits
      .split(':')
      .reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  return /^0./.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
}

function resolveFloat(text: string): PyValue | undefined {
  if (!isFloat.test(text)) return undefined;
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase();
  if (body === '.inf') return { kind: 'float', value: sign * Infinity };
  if (body === '.nan') return { kind: 'float', value: NaN };
  const value = body
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0);
  return { kind: 'float', value: sign * value };
}

function resolveTimestamp(text: string): PyValue | undefined {
  if (isDate.test(text)) return { kind: 'other', type: 'date', text };
  return isTimestamp.test(text)
    ? { kind: 'other', type: 'datetime', text }
    : undefined;
}
