import type { AuthenticationDeps } from '../query/authenticate.ts';
import type { Instance } from './instance.ts';

export interface Ec2Deps extends AuthenticationDeps {
  readonly instances: readonly Instance[];
}
