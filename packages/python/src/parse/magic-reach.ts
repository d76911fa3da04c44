/** What IPython's magics and shell commands run or import. */
import { scriptsIn } from './computed-imports.js';
import type { Magic } from './magics.js';
import { addModule, type Reach } from './reach.js';

/** Text that IPython fills in from variables before a magic sees it. */
const FILLED_IN = /[{$]/;

/** Adds what one magic reaches. */
export function collectMagic(magic: Magic, reach: Reach): void {
  const words = magic.text.trim().split(/\s+/).filter(Boolean);
  switch (magic.name) {
    case 'run':
      collectRun(magic.text, reach);
      return;
    case 'load':
    case 'loadpy':
    case 'cd':
      if (FILLED_IN.test(magic.text)) reach.importsAnything = true;
      else reach.paths.push(...words.filter((word) => !word.startsWith('-')));
      return;
    case 'load_ext':
    case 'reload_ext':
    case 'aimport':
      for (const word of magic.text.split(/[\s,]+/).filter(Boolean))
        if (FILLED_IN.test(word)) reach.importsAnything = true;
        else if (!word.startsWith('-')) addModule(reach, word);
      return;
    case 'matplotlib':
    case 'pylab':
      addModule(reach, 'matplotlib');
      return;
    default:
      reach.paths.push(...scriptsIn(`${magic.text}\n${magic.body}`));
  }
}

/** `%run [options] file [arguments]`, `%run -m module`. */
function collectRun(text: string, reach: Reach): void {
  const module = /(?:^|\s)-m\s+(\S+)/.exec(text);
  const file =
    /^(?:\s*-[a-zA-Z]+(?:\s*\d+)?(?=\s))*\s*(?:"([^"]+)"|'([^']+)'|(\S+))/.exec(
      text,
    );
  const target = module?.[1] ?? file?.[1] ?? file?.[2] ?? file?.[3];
  if (target === undefined || FILLED_IN.test(target))
    reach.importsAnything = true;
  else if (module !== null) addModule(reach, target);
  else
    reach.paths.push(
      /\.(?:py|ipy|ipynb)$/.test(target) ? target : `${target}.py`,
    );
}
