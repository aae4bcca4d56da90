import { type CallerIdentity, toCallerIdentity } from '../../aws/caller-identity.ts';
import { getOrAdd } from '../../base/get-or-add.ts';
import type { StsReason } from '../reasons.ts';
import type { CheckedToken } from '../token/check.ts';
import { readStsReply, type StsOutcome } from './answer.ts';
import { type Circuit, createCircuit, toCallResult } from './circuit.ts';
import type { Gate } from './gate.ts';
import type { Ticket } from './lane.ts';
import { toKeyHash, toStsPath } from './request.ts';
import type { StsReply, StsTransport } from './transport.ts';

/** Whom STS names, or why it names nobody. */
export type Identification =
  | { readonly kind: 'identity'; readonly identity: CallerIdentity }
  | { readonly kind: 'refused'; readonly reason: StsReason; readonly detail: string };

export interface IdentifyDeps {
  readonly transport: StsTransport;
  readonly gate: Gate;
  /** Refuses those who wait too long, when it is time; called when somebody begins to wait. */
  readonly watchGate: () => void;
  /** The server's own. */
  readonly partition: string;
  /** Monotonic, ms. */
  readonly now: () => number;
  readonly report: StsReport;
}

export interface StsReport {
  /** One call, however it ended. @param status of the answer; undefined: there was none */
  call(label: string, reason: StsReason | undefined, status: number | undefined, milliseconds: number): void;
}

/** ms for one call. Two of them and the wait for a place are less than the 10 s that a caller may be kept waiting. */
const PATIENCE = 3_500;

/** Asks STS who signed a token. Never rejects. */
export type Identify = (token: CheckedToken) => Promise<Identification>;

/** Asks within limits, and spares hosts that fail. */
export function createIdentify(deps: IdentifyDeps): Identify & { readonly openCircuits: () => number } {
  const circuits = new Map<string, Circuit>();
  const identify: Identify = (token) => {
    const circuit = getOrAdd(circuits, token.host, createCircuit);
    if (!circuit.admit(deps.now())) return Promise.resolve(refuse('sts-circuit-open', token.host));
    const isProbe = circuit.isOpen();
    return new Promise((resolve) => {
      const ticket: Ticket = {
        host: token.host,
        key: toKeyHash(token),
        admit() {
          const spared = circuit.isOpen() && !isProbe;
          const asked = spared
            ? Promise.resolve(refuse('sts-circuit-open', token.host))
            : ask(token, circuit, deps);
          void asked.then((outcome) => {
            resolve(outcome);
            deps.gate.leave(ticket);
          });
        },
        refuse: () => resolve(refuse('sts-busy', 'no place came free in time')),
      };
      deps.gate.enter(ticket);
      deps.watchGate();
    });
  };
  const openCircuits = (): number => [...circuits.values()].filter((circuit) => circuit.isOpen()).length;
  return Object.assign(identify, { openCircuits });
}

/** A second try where the first found nobody, unless the host is spared by then. */
async function ask(token: CheckedToken, circuit: Circuit, deps: IdentifyDeps): Promise<Identification> {
  const first = await tryOnce(token, circuit, deps);
  if (first.kind === 'identity') return first;
  if (toCallResult(first.reason) !== 'failure' || circuit.isOpen()) return first;
  return await tryOnce(token, circuit, deps);
}

async function tryOnce(token: CheckedToken, circuit: Circuit, deps: IdentifyDeps): Promise<Identification> {
  const start = deps.now();
  const call = { host: token.host, path: toStsPath(token), patience: PATIENCE };
  const reply = await deps.transport(call).catch(toFault);
  const outcome = readStsReply(reply);
  const end = deps.now();
  const reason = outcome.kind === 'refused' ? outcome.reason : undefined;
  circuit.record(toCallResult(reason), end);
  deps.report.call(token.label, reason, reply.kind === 'answer' ? reply.status : undefined, end - start);
  return outcome.kind === 'refused' ? outcome : toIdentification(outcome, token, deps.partition);
}

/** A place that is not given back would be lost for good. */
function toFault(error: unknown): StsReply {
  const detail = error instanceof Error ? error.name : 'a fault of ours';
  return { kind: 'failed', failure: 'unreachable', detail };
}

function toIdentification(
  { result }: Extract<StsOutcome, { kind: 'identity' }>,
  { claim }: CheckedToken,
  partition: string,
): Identification {
  const identity = toCallerIdentity(result, claim.accessKeyId);
  if ('problem' in identity) return refuse('identity-unreadable', identity.problem);
  return identity.partition === partition
    ? { kind: 'identity', identity }
    : refuse('partition-mismatch', identity.partition);
}

function refuse(reason: StsReason, detail: string): Identification {
  return { kind: 'refused', reason, detail };
}
