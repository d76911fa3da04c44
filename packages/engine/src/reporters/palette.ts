/** The colours of terminal output, or none. */
import pc from 'picocolors';

/** Ways to mark text; each returns the text unchanged where colours are off. */
export type Palette = ReturnType<typeof pc.createColors>;

/** Colours by ANSI codes, when they are wanted. */
export function paletteOf(color: boolean): Palette {
  return pc.createColors(color);
}
