/** An EC2 instance, as far as anybody asks here. */
export interface Instance {
  /** `i-` and 8 or 17 hexadecimal digits */
  readonly id: string;
  /** 12 digits */
  readonly account: string;
  readonly privateDnsName: string;
  readonly state: InstanceState;
  readonly privateIpAddress?: string | undefined;
  readonly vpcId?: string | undefined;
  /** The ARN of its instance profile. */
  readonly instanceProfile?: string | undefined;
}

export type InstanceState = keyof typeof INSTANCE_STATES;

/** Source: Amazon EC2 API Reference, InstanceState. */
export const INSTANCE_STATES = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

export function isInstanceId(text: string): boolean {
  return /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(text);
}
