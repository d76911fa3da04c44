/**
 * JSON schemas of pipeline.yaml and env.yaml for editors, made from the tables that loading checks with. A schema allows
 * whatever loads: texts with placeholders, and numbers and flags in quotes, are valid where their values are. What only
 * loading can know (names, files, duplicates) is not in it. Pure.
 */
import type { KeyRule, KeyTable, ValueType } from './key-rule.js';
import {
  configKeys,
  metaKeys,
  pipelineKeys,
  sourceLoaderKeys,
} from './keys.js';
import { classKeys, productClasses, taskKeys } from './task-keys.js';

/** A JSON schema, draft 7, as plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const draft = 'http://json-schema.org/draft-07/schema#';

/** The schema of a pipeline.yaml. */
export function pipelineSchema(): JsonSchema {
  return {
    $schema: draft,
    $id: 'https://nx-notebook.dev/schemas/pipeline.schema.json',
    title: 'Notebook pipeline',
    description:
      'A pipeline of notebooks, scripts, functions, SQL and shell scripts, in the format of Ploomber.',
    anyOf: [
      { $ref: '#/definitions/tasks' },
      { ...mapping(pipelineKeys, overPipeline), required: ['tasks'] },
    ],
    definitions: {
      tasks: { type: 'array', items: { $ref: '#/definitions/task' } },
      task: {
        anyOf: [
          { type: 'string', description: 'the source alone' },
          { ...mapping(allTaskKeys(), overTask), required: ['source'] },
        ],
      },
      call: {
        anyOf: [
          { type: 'string', description: '`module.function`' },
          {
            type: 'object',
            properties: {
              dotted_path: { type: 'string', description: '`module.function`' },
            },
            required: ['dotted_path'],
            description: 'a function, and its arguments by name',
          },
          { type: 'null' },
        ],
      },
    },
  };
}

/** The schema of an env.yaml. */
export function envSchema(): JsonSchema {
  return {
    $schema: draft,
    $id: 'https://nx-notebook.dev/schemas/env.schema.json',
    title: 'Values of a notebook pipeline',
    description:
      'Values that replace `{{name}}` in pipeline.yaml; nested ones are `{{outer.inner}}`.',
    type: 'object',
    properties: {
      meta: {
        type: 'object',
        properties: {
          import_from: {
            type: 'string',
            description: 'another env file whose values are taken over',
          },
        },
        additionalProperties: false,
      },
      path: {
        description: 'paths, relative to the folder of pipeline.yaml',
      },
      _module: {
        type: 'string',
        description: 'a package of Python; makes `{{version}}` known',
      },
    },
    propertyNames: {
      pattern: '^(?!.*__)(?!_(?!module$))',
      description: 'no `__`, and no `_` in front',
    },
  };
}

/** Every key that a task of any class may have. */
function allTaskKeys(): KeyTable {
  const all: Record<string, KeyRule> = { ...taskKeys };
  for (const [className, table] of Object.entries(classKeys)) {
    for (const [name, rule] of Object.entries(table)) {
      const known = all[name];
      all[name] =
        known === undefined
          ? { ...rule, meaning: `${rule.meaning} (${className})` }
          : join(known, rule, className);
    }
  }
  return all;
}

/** A key that several classes have. */
function join(known: KeyRule, rule: KeyRule, className: string): KeyRule {
  const isSame = known.meaning.startsWith(rule.meaning);
  return {
    support: known.support === 'refused' ? rule.support : known.support,
    types: [...new Set([...known.types, ...rule.types])],
    meaning: isSame
      ? known.meaning.replace(/\)$/, `, ${className})`)
      : `${known.meaning}; ${rule.meaning} (${className})`,
  };
}

function mapping(
  table: KeyTable,
  over: Readonly<Record<string, JsonSchema>>,
): JsonSchema {
  const properties = Object.entries(table).map(([name, rule]) => [
    name,
    { ...schemaOf(name, rule, over), description: rule.meaning },
  ]);
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as JsonSchema,
    additionalProperties: false,
  };
}

/** A key that is refused may stand there empty, except the one that excludes all others. */
function schemaOf(
  name: string,
  rule: KeyRule,
  over: Readonly<Record<string, JsonSchema>>,
): JsonSchema {
  if (rule.support === 'refused') {
    return name === 'location' ? { not: {} } : { type: 'null' };
  }
  return over[name] ?? valueSchema(rule);
}

function valueSchema({ types }: KeyRule): JsonSchema {
  if (types.includes('any')) return {};
  const alternatives = [...types.flatMap(alternativesOf), placeholder];
  const [only] = alternatives;
  return alternatives.length === 1 && only !== undefined
    ? only
    : { anyOf: alternatives };
}

/** Any value may come from env.yaml. */
const placeholder: JsonSchema = { type: 'string', pattern: '\\{\\{' };

function alternativesOf(type: ValueType): readonly JsonSchema[] {
  switch (type) {
    case 'text':
      return [{ type: 'string' }];
    case 'name':
      return [{ type: ['string', 'number'] }];
    case 'boolean':
      return [
        { type: 'boolean' },
        {
          type: 'string',
          pattern: '^\\s*([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])\\s*$',
        },
      ];
    case 'count':
      return [
        { type: 'integer', minimum: 1 },
        { type: 'string', pattern: '^\\s*[0-9][0-9_]*\\s*$' },
      ];
    case 'seconds':
      return [
        { type: 'number', exclusiveMinimum: 0 },
        { type: 'string', pattern: '^\\s*[0-9.]' },
      ];
    case 'list':
      return [{ type: 'array' }, { type: 'string', pattern: '^\\s*\\[' }];
    case 'mapping':
      return [{ type: 'object' }, { type: 'string', pattern: '^\\s*\\{' }];
    case 'empty':
    case 'null':
      return [
        { type: 'null' },
        {
          type: 'string',
          pattern: '^\\s*([Nn][Oo][Nn][Ee]|[Nn][Uu][Ll][Ll])\\s*$',
        },
      ];
    case 'any':
      return [];
  }
}

const call: JsonSchema = { allOf: [{ $ref: '#/definitions/call' }] };

const hooks: Readonly<Record<string, JsonSchema>> = {
  on_render: call,
  on_finish: call,
  on_failure: call,
};

const overPipeline: Readonly<Record<string, JsonSchema>> = {
  ...hooks,
  tasks: { allOf: [{ $ref: '#/definitions/tasks' }] },
  meta: orEmpty(
    mapping(metaKeys, {
      source_loader: orEmpty(mapping(sourceLoaderKeys, {})),
    }),
  ),
  config: orEmpty(mapping(configKeys, {})),
  serializer: call,
  unserializer: call,
};

const overTask: Readonly<Record<string, JsonSchema>> = {
  ...hooks,
  client: call,
  product_client: call,
  serializer: call,
  unserializer: call,
  class: orEmpty({
    anyOf: [{ enum: Object.keys(classKeys) }, placeholder],
  }),
  product_class: orEmpty({ anyOf: [{ enum: productClasses }, placeholder] }),
  product: {
    anyOf: [
      { type: ['string', 'number'] },
      { type: 'object', additionalProperties: { type: ['string', 'number'] } },
      { type: ['array', 'null'] },
    ],
  },
};

function orEmpty(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}
