import type { FlagTable } from '../../settings/pflag.ts';

const STDERR_JSON = 'logs are JSON lines on standard error';

/** The logging flags of every klog program; only the level has a meaning here. */
export const KLOG_FLAGS = {
  add_dir_header: { type: 'bool', default: false, help: 'klog', noEffect: STDERR_JSON },
  alsologtostderr: { type: 'bool', default: false, help: 'klog', noEffect: STDERR_JSON },
  alsologtostderrthreshold: { type: 'string', default: '', help: 'klog', noEffect: STDERR_JSON },
  legacy_stderr_threshold_behavior: { type: 'bool', default: true, help: 'klog', noEffect: STDERR_JSON },
  log_backtrace_at: { type: 'string', default: '', help: 'klog', noEffect: STDERR_JSON },
  log_dir: { type: 'string', default: '', help: 'klog', noEffect: STDERR_JSON },
  log_file: { type: 'string', default: '', help: 'klog', noEffect: STDERR_JSON },
  log_file_max_size: { type: 'int', default: 1800, help: 'klog', noEffect: STDERR_JSON },
  logtostderr: { type: 'bool', default: true, help: 'klog', noEffect: STDERR_JSON },
  one_output: { type: 'bool', default: false, help: 'klog', noEffect: STDERR_JSON },
  skip_headers: { type: 'bool', default: false, help: 'klog', noEffect: STDERR_JSON },
  skip_log_headers: { type: 'bool', default: false, help: 'klog', noEffect: STDERR_JSON },
  stderrthreshold: { type: 'string', default: '', help: 'klog', noEffect: STDERR_JSON },
  vmodule: { type: 'string', default: '', help: 'klog', noEffect: 'the level is one for the whole program' },
  v: {
    type: 'int',
    default: 0,
    shorthand: 'v',
    help: 'log level: 3 logs each decision, 4 ordinary watch traffic, too',
  },
} as const satisfies FlagTable;
