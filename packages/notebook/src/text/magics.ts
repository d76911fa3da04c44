/**
 * IPython magics and shell commands, which text notebooks may hide in comments. Knows single lines; the text around
 * them only as far as strings and line continuations go.
 */
import { hasMagics } from './languages.js';
import { StringTracker } from './string-tracker.js';

const percentMagic = /^\s*(?:# |#)*%{1,3}[a-zA-Z]/;
const keptMagic = /^\s*(?:# |#)*%{1,3}[a-zA-Z].*#\s*noescape/;
const helpOrShell = /^\s*(?:(?:# |#)+\s*)?[?!]\s*[A-Za-z.~$\\/{}]/;
const assignedMagic =
  /^(?:# |#)*\s*[a-zA-Z_][a-zA-Z_$0-9]*\s*=\s*(?:%{1,3}|!)[a-zA-Z]/;
const helpSuffix = /^\s*(?:# )*\S*\?\s*$/;
const shellWord =
  /^(?:# |#)*(?:cat|cd|cp|mv|rm|rmdir|mkdir|copy|ddir|echo|ls|ldir|ren)(?:$|\s$|\s[^=,])/;

/** The code of a cell and what is known about it. */
export interface MagicContext {
  readonly language: string;
  /** Whether the cell was opened by a marker; only then is `# x?` a request for help. */
  readonly isExplicit: boolean;
}

/** Whether a line, commented or not, is a magic. */
export function isMagic(line: string, context: MagicContext): boolean {
  if (!hasMagics(context.language) || keptMagic.test(line)) {
    return false;
  }
  if (percentMagic.test(line)) {
    return true;
  }
  return context.language === 'python' && isPythonMagic(line, context);
}

function isPythonMagic(line: string, context: MagicContext): boolean {
  return (
    helpOrShell.test(line) ||
    assignedMagic.test(line) ||
    (context.isExplicit && helpSuffix.test(line)) ||
    shellWord.test(line)
  );
}

/** Whether a comment was meant as prose as likely as as a command: `# ls the files`, `# really?`. */
export function isDoubtfulMagic(line: string): boolean {
  return (
    /^\s*#/.test(line) &&
    (shellWord.test(line) || helpSuffix.test(line)) &&
    !/^[\s#]*[%!?]/.test(line)
  );
}

/** Takes one `# ` off every commented magic; `onUncommented` hears the index of each changed line. */
export function uncommentMagics(
  lines: readonly string[],
  context: MagicContext,
  onUncommented: (index: number) => void,
): string[] {
  const strings = new StringTracker(context.language);
  let continues = false;
  return lines.map((line, index) => {
    let result = line;
    if (!strings.isQuoted && (continues || isMagic(line, context))) {
      result = line.replace(/^(\s*)#(?: |(?! ))/, '$1');
      continues = context.language === 'python' && /\\\s*$/.test(line);
      if (result !== line) {
        onUncommented(index);
      }
    }
    strings.readLine(line);
    return result;
  });
}

const escapedMarker = /^(?:# |#)*(?:#|# )\+/;

/** Code that looks like a light marker is written with one `#` more. */
export function unescapeMarkers(
  lines: readonly string[],
  language: string,
): string[] {
  const strings = new StringTracker(language);
  return lines.map((line) => {
    const shorter = line.replace(/^(\s*)# ?/, '$1');
    const isEscaped =
      !strings.isQuoted &&
      escapedMarker.test(line) &&
      escapedMarker.test(shorter);
    strings.readLine(line);
    return isEscaped ? shorter : line;
  });
}

/** Takes `# ` or `#` off each line that has it. */
export function uncomment(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^# ?/, ''));
}
