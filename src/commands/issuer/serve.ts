import type { SignalSource } from '../../http/lifecycle.ts';
import type { ExitCode } from '../outcome.ts';
import { runServer } from '../server/run.ts';
import { createIssuerParts } from './parts.ts';
import type { IssuerCommandSettings } from './read-settings.ts';

/** Serves the issuer until a signal ends it. */
export async function serveIssuer(settings: IssuerCommandSettings, signals: SignalSource): Promise<ExitCode> {
  return await runServer({ name: 'iam-bridge issuer', settings, create: createIssuerParts }, signals);
}
