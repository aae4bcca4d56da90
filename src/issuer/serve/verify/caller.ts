import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { type AllowedTokens, isAllowedToken } from './allowed-tokens.ts';

/** Who may ask for a verdict. At least one of the two is there. */
export interface CallerRules {
  readonly certificates?: CertificateRule | undefined;
  readonly tokens?: (() => AllowedTokens) | undefined;
}

/** The server asks for client certificates, and its authorities are those of the operator. */
export interface CertificateRule {
  /** Common names; empty: every certificate of the authorities. */
  readonly names: ReadonlySet<string>;
}

export function isAllowedCaller(request: IncomingMessage, { certificates, tokens }: CallerRules): boolean {
  if (certificates !== undefined && hasAllowedCertificate(request, certificates)) return true;
  return tokens !== undefined && hasAllowedToken(request, tokens());
}

function hasAllowedCertificate({ socket }: IncomingMessage, { names }: CertificateRule): boolean {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return false;
  if (names.size === 0) return true;
  // Without its chain: Node leaked memory for the detailed form (CVE-2025-59464).
  const certificate = socket.getPeerCertificate(false);
  const name: unknown = certificate.subject?.CN;
  // A subject with several common names gives a list: which of them counts is nobody's to choose.
  return typeof name === 'string' && names.has(name);
}

function hasAllowedToken({ headers }: IncomingMessage, allowed: AllowedTokens): boolean {
  const presented = /^bearer +([^\s]{1,2048})$/i.exec(headers.authorization ?? '')?.[1];
  return presented !== undefined && isAllowedToken(allowed, presented);
}
