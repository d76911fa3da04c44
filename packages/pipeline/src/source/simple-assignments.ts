/**
 * The assignments of a plain Python parameters cell, without a parser: lines `name = literal`, comments and blank
 * lines, nothing else. Most cells are like that, and loading the grammar for them would cost more than all the rest.
 * At anything else it gives up, and the parser decides.
 */
import { parsePythonLiteral, type Assignment } from '@nx-notebook/python';

const start =
  /^([A-Za-z_]\w*)([ \t]*(?::[ \t]*[A-Za-z_][^=#'"]*)?=[ \t]*)(?=[^=\s])/;

/** Literals of more lines are left to the parser: each line more is read again. */
const longestLiteral = 40;

/** All assignments in order, or undefined if the cell holds anything that could mean something else. */
export function readSimpleAssignments(
  cell: string,
): readonly Assignment[] | undefined {
  const lines = cell.split(/\r\n|\n|\r/);
  const assignments: Assignment[] = [];
  for (let index = 0; index < lines.length;) {
    const line = lines[index] ?? '';
    if (isNothing(line)) {
      index += 1;
      continue;
    }
    const found = readAssignment(lines, index);
    if (found === undefined) return undefined;
    assignments.push(found.assignment);
    index = found.next;
  }
  return assignments;
}

/** Blank, or a comment. Comments with a magic may be commands, when the cell is one of a script. */
function isNothing(line: string): boolean {
  return /^\s*(?:#.*)?$/.test(line);
}

function readAssignment(
  lines: readonly string[],
  index: number,
): { readonly assignment: Assignment; readonly next: number } | undefined {
  const line = lines[index] ?? '';
  const [whole, name] = start.exec(line) ?? [];
  if (whole === undefined || name === undefined) return undefined;
  const column = whole.length + 1;
  const last = Math.min(lines.length, index + longestLiteral);
  let text = line.slice(whole.length);
  for (let next = index + 1; next <= last; next += 1) {
    const result = parsePythonLiteral(text);
    if (result.ok) {
      const at = { cell: 0, line: index + 1 };
      const length = Math.max(1, line.length - whole.length);
      return {
        assignment: {
          name,
          value: result.value,
          position: { ...at, column: 1, length: name.length },
          valuePosition: { ...at, column, length },
        },
        next,
      };
    }
    text += `\n${lines[next] ?? ''}`;
  }
  return undefined;
}
