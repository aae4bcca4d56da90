import { createSystemClock } from '../../../src/base/clock.ts';
import type { ReadBody } from '../../../src/http/body.ts';
import { createBodyBudget } from '../../../src/http/body-budget.ts';
import { LIMITS } from '../../../src/http/server.ts';

/** Reads bodies within a budget, by default the one that is shipped. @param patience ms that a body may take */
export function createReadBody({
  patience = LIMITS.request as number,
  interval = 500,
  budget = 32 * 1024 * 1024,
} = {}): ReadBody {
  return createBodyBudget({ budget, patience, clock: createSystemClock(), report: () => {}, interval }).read;
}
