import type { TextPlace } from '../json/locate.ts';
import type { PermissionSet } from './principal-arn.ts';

/** The sections whose entries name one principal each. */
export type EntrySection = 'mapRoles' | 'mapUsers';

/** Where an entry has its ARN: in `mapRoles`, in `mapUsers`, and in an IAMIdentityMapping. */
export type ArnField = 'rolearn' | 'userarn' | 'arn';

/** Whom an entry is for, as it was typed. At least one is there. */
export interface EntryPrincipal {
  readonly arn?: string | undefined;
  /** The unique id (`AROA…`, `AIDA…`). */
  readonly userId?: string | undefined;
  readonly permissionSet?: PermissionSet | undefined;
}

interface EntryPlace {
  /** Such as `mapRoles[2]`, or the name of an IAMIdentityMapping. */
  readonly label: string;
  /** Where it begins in its text, as far as that is known. */
  place(): TextPlace | undefined;
}

export interface MappingEntry extends EntryPlace {
  readonly kind: 'good';
  readonly principal: EntryPrincipal;
  /** A template; empty where the entry has none. */
  readonly username: string;
  /** Templates. */
  readonly groups: readonly string[];
}

/** An entry that cannot be used. Whoever it is for, as far as that can be told, is refused: no wider rule steps in. */
export interface BadEntry extends EntryPlace {
  readonly kind: 'bad';
  /** What is wrong and what to do, without the label. */
  readonly problem: string;
  readonly claims: readonly EntryPrincipal[];
  /** Whether it may be for others as well: what names its principal cannot be read. */
  readonly isHidden: boolean;
}

export type AnyEntry = MappingEntry | BadEntry;
