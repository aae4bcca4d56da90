import type { Audience } from '../report.ts';
import type { Layout } from './layout.ts';
import { renderHeading, renderStep } from './render.ts';

/** Tells the demo to somebody at a terminal, step by step as they happen. */
export function createNarrator(layout: Layout, write: (text: string) => void): Audience {
  let number = 0;
  return {
    begin(title) {
      number += 1;
      write(renderHeading(number, title, layout));
    },
    end: (step) => write(renderStep(step, layout)),
  };
}

/** For `-o json`: everything is written at the end. */
export const SILENT_AUDIENCE: Audience = { begin: () => {}, end: () => {} };
