import { createSystemClock } from '../../../src/base/clock.ts';
import type { ReadBody } from '../../../src/http/body.ts';
import { createBodyBudget } from '../../../src/http/body-budget.ts';
import { LIMITS } from '../../../src/http/server.ts';

/** Reads bodies within the budget that is shipped. @param patience ms that a body may take */
export function createReadBody(patience = LIMITS.request, interval = 500): ReadBody {
  return createBodyBudget({
    budget: 32 * 1024 * 1024,
    patience,
    clock: createSystemClock(),
    report: () => {},
    interval,
  }).read;
}
