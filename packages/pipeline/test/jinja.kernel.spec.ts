/**
 * Templates mention what they mention to Jinja: its parser is asked, also about damaged templates.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readJinja } from '../src/templates/jinja-tokens.js';
import { scanTemplate } from '../src/templates/scan-template.js';
import { randomNumbers } from './random-numbers.js';

const python = join(__dirname, '../../../.venv/bin/python');

const parse = `
import json, sys
from jinja2 import Environment, TemplateError, meta, nodes

def look(text):
    try:
        tree = Environment().parse(text)
        undeclared = sorted(meta.find_undeclared_variables(tree))
    except TemplateError:
        return None
    upstream = set()
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        if isinstance(node.node, nodes.Name) and node.node.name == "upstream":
            if isinstance(node, nodes.Getattr):
                upstream.add(node.attr)
            else:
                try:
                    value = node.arg.as_const()
                except Exception:
                    value = None
                upstream.add(value if isinstance(value, str) else None)
    references = []
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        try:
            value = node.template.as_const()
            references.extend([value] if isinstance(value, str) else value)
        except Exception:
            references.append(None)
    return {
        "undeclared": undeclared,
        "names": sorted({node.name for node in tree.find_all(nodes.Name)}),
        "upstream": sorted(upstream, key=str),
        "references": references,
    }

json.dump([look(text) for text in json.load(sys.stdin)], sys.stdout)
`;

interface Look {
  readonly undeclared: readonly string[];
  readonly names: readonly string[];
  readonly upstream: readonly (string | null)[];
  readonly references: readonly (string | null)[];
}

/** What Jinja makes of each template; null where it fails. */
function askJinja(texts: readonly string[]): readonly (Look | null)[] {
  const { status, stdout, stderr } = spawnSync(python, ['-I', '-c', parse], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`Python failed: ${stderr}`);
  return JSON.parse(stdout) as readonly (Look | null)[];
}

const globals =
  /^(?:range|dict|lipsum|cycler|joiner|namespace|get_key|loop|self|super|caller|varargs|kwargs)$/;

function readHere(text: string): Omit<Look, 'names'> & { isRead: boolean } {
  const { parts, fault } = readJinja(text, 'curly');
  const scan = scanTemplate(parts);
  const upstream = scan.upstreams.map(({ path }) => path?.[0] ?? null);
  return {
    isRead: fault === undefined,
    undeclared: unique(scan.variables.map(({ name }) => name)),
    upstream: unique(upstream),
    references: scan.references.flatMap<string | null>(
      ({ names }) => names ?? [null],
    ),
  };
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)].sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

const TEMPLATES: readonly string[] = [
  'cat {{ upstream["a"] }} {{upstream.b}} > {{product}}',
  "{{ upstream['a']['k'] }} {{ upstream.b.k.get('x') }} {{ upstream['a'].x(y) }}",
  '{{ upstream["a" ] }} {{ upstream [ "b" ] }} {{ upstream . c }}',
  '{{ upstream[name] }} {{ upstream[0] }} {{ upstream["x"][y] }}',
  '{# {{ a }} #}{{ b }}{# }} #}',
  '{% raw %}{{ a }}{% endraw %}{{ b }}',
  '{%- raw -%} {{ a }} {%- endraw -%} {{- b -}}',
  '{% set x = a %}{{ x }}',
  '{% set x, y = a %}{{ x + y }}',
  '{% set ns = namespace(a=1) %}{% set ns.b = c %}{{ ns.b }}',
  '{% set x %}{{ b }}{% endset %}{{ x }}',
  '{% set x | upper %}{{ b }}{% endset %}{{ x }}',
  '{% for a in b if c %}{{ a }}{{ loop.index }}{% else %}{{ d }}{% endfor %}',
  '{% for k, v in m.items() %}{{ k }}{{ v }}{% endfor %}',
  '{% for (k, v), w in m recursive %}{{ k }}{{ loop(w) }}{% endfor %}',
  '{% macro f(a, b=c) %}{{ a }}{{ b }}{{ varargs }}{% endmacro %}{{ f(d, b=e) }}',
  '{% macro f() %}{{ caller(1) }}{% endmacro %}{% call(x) f() %}{{ x }}{% endcall %}',
  '{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}{{ y }}{% endcall %}',
  '{% with a = b, c = d %}{{ a }}{{ c }}{% endwith %}',
  '{% with %}{{ a }}{% endwith %}',
  '{% if a is defined and b is not none and c is divisibleby d %}{{ e|default(f) }}{% elif g in h %}{% endif %}',
  '{{ a if b else c }} {{ not d }} {{ e and f or g }}',
  '{{ {"a": b, c: "d"}["a"] }} {{ [e, f][0] }} {{ (g, h) }}',
  '{{ a.b.c(d, e=f)[g:h] }} {{ a["upstream"].x }}',
  '{{ x.upstream["a"] }} {{ "upstream.b" }} {{ f(upstream="c") }}',
  '{{ a ~ b ** 2 // 3 % 4 }} {{ 1.5e3 + 0x1f + 1_000 }} {{ a <= b != c }}',
  '{{ "it\\"s }}" }} {{ \'%}\' }} {{ a }}',
  '{{ {"a": {"b": c}} }}',
  '{{ a|replace("x", y)|map("upper")|join(z) }}',
  '{% filter replace(a, b) %}{{ c }}{% endfilter %}',
  '{% import "m.sql" as m %}{{ m.f(a) }}',
  '{% import "m.sql" as m with context %}{{ m.f(a) }}',
  '{% from "m.sql" import f, g as h with context %}{{ f(a) }}{{ h(g) }}',
  '{% from "m.sql" import f without context %}{{ f(a) }}',
  '{% include "m.sql" ignore missing with context %}{{ a }}',
  '{% include ["m.sql", "n.sql"] ignore missing %}',
  '{% include name %}{% include "a" if b else "c" %}{% include "a" ~ b %}',
  '{% extends "base.sql" %}{% block body scoped %}{{ super() }}{{ a }}{% endblock body %}',
  '{% block b %}{% endblock %}{{ self.b() }}',
  '{% autoescape true %}{{ a }}{% endautoescape %}',
  '{% if (a == "{%") %}{{ b }}{% endif %}',
  '{{ true }}{{ None }}{{ False }}{{ none }}',
  '{{ größe }} {{ _a1 }}',
  'if [[ -f x ]]; then echo "${x}"; fi {{ a }}',
  '{%+ if a %}{{ b }}{%+ endif -%}',
  '{{ a\n}} {%\nset b = c\n%}{{ b }}',
  '{{ -a }}{{ +b }}{{- -c -}}{{ d -}}',
  '{{ a }}{ {b} }{{c}}',
  'a { b } {c} #} }} %}',
];

describe('templates', () => {
  const looks = askJinja(TEMPLATES);
  it.each(TEMPLATES.map((text, index) => [text, looks[index]] as const))(
    '%s',
    (text, look) => {
      expect(look).not.toBeNull();
      const { undeclared, upstream, references } = look as Look;
      expect(readHere(text)).toEqual({
        isRead: true,
        undeclared: undeclared.filter((name) => !globals.test(name)),
        upstream,
        references,
      });
    },
  );
});

it('damaged templates that Jinja still reads are read alike', () => {
  const random = randomNumbers(7);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = (): string => TEMPLATES[below(TEMPLATES.length)] ?? '';
  const texts = Array.from({ length: 4000 }, () => {
    let text = pick();
    for (let change = below(3); change >= 0; change -= 1) {
      const at = below(text.length + 1);
      const other = pick();
      const from = below(other.length);
      const piece = other.slice(from, from + below(12));
      text = text.slice(0, at) + piece + text.slice(at + below(5));
    }
    return text;
  });
  const looks = askJinja(texts);
  const wrong = texts.filter((text, index) => {
    const look = looks[index];
    if (look == null) return false;
    const here = readHere(text);
    const isFair =
      here.isRead &&
      here.undeclared.every(
        (name) => look.undeclared.includes(name) || globals.test(name),
      ) &&
      look.upstream.every((name) => here.upstream.includes(name));
    return !isFair;
  });
  expect(wrong).toEqual([]);
  expect(looks.filter((look) => look !== null).length).toBeGreaterThan(500);
});
