import type { Manifest } from '../local-cluster/manifests.ts';
import type { AddOperation } from '../webhook/plan/patch.ts';

/** What the webhook made of one pod, and whether that is what should have come of it. */
export interface PodReport {
  /** `namespace/name`; a Job's pod has a generated name. */
  readonly pod: string;
  readonly serviceAccount: string;
  /** The role-arn annotation of the ServiceAccount; undefined: it has none. */
  readonly roleArn: string | undefined;
  /** Why that is so, for somebody who sees it for the first time. */
  readonly explanation: string;
  /** Whether what changed in the pod is worth a look. */
  readonly showsChanges: boolean;
  readonly decision: Decision;
  /** What was sent to the API server. */
  readonly before: object;
  /** What the API server keeps. */
  readonly after: Manifest;
  /** Sentences, each about something that is not as it should be; empty: all is well. */
  readonly problems: readonly string[];
}

export interface Decision {
  readonly allowed: boolean;
  /** A code of `webhook/reasons.ts`, or '' where there was no valid answer. */
  readonly reason: string;
  /** How many JSON Patch operations were sent. */
  readonly operations: number;
  /** Admission warnings, as kubectl prints them after `Warning: `. */
  readonly warnings: readonly string[];
  /** Absent where a real API server asked: only it has seen the patch. */
  readonly patch?: readonly AddOperation[];
  /** The AdmissionReview that was sent, where the demo sent it itself. */
  readonly review?: object;
}

/** What became of a pod's container, and whether that is what should have come of it. */
export interface RunReport {
  /** `namespace/name` */
  readonly pod: string;
  /** undefined: it did not end, or did not even begin. */
  readonly exitCode: number | undefined;
  /** What it wrote, line by line: standard output, then standard error. */
  readonly output: readonly string[];
  /** The object that it wrote, read back. */
  readonly object?: WrittenObject;
  /** What AWS knows and does not tell. */
  readonly hidden?: HiddenReason;
  /** As of `PodReport`. */
  readonly problems: readonly string[];
}

export interface WrittenObject {
  /** `s3://bucket/key` */
  readonly url: string;
  readonly text: string;
}

export interface HiddenReason {
  readonly reason: string;
  /** What to write instead, one sentence each. */
  readonly remedies: readonly string[];
}

/** Who the bearer of a token is in the cluster, and whether that is who it should be. */
export interface LoginReport {
  /** undefined: nobody, and the API server answers 401. */
  readonly user?: ClusterUser;
  /** A code of `authenticator/reasons.ts`, or '' where the authenticator was not asked. */
  readonly reason: string;
  /** One sentence on that code; '' where there is none. */
  readonly meaning: string;
  /** What STS answered: an ARN, or the code of its error; absent: it was not asked. */
  readonly sts?: string;
  /** As of `PodReport`. */
  readonly explanation: string;
  /** What helps, one sentence each. */
  readonly remedies: readonly string[];
  /** As of `PodReport`. */
  readonly problems: readonly string[];
}

/** What somebody may do, and whether that is what it should be. */
export interface RightsReport {
  /** As of `PodReport`. */
  readonly problems: readonly string[];
}

export interface ClusterUser {
  readonly username: string;
  readonly groups: readonly string[];
}

/** One thing that the demo did. */
export interface StoryStep {
  /** For programs that read `-o json`. */
  readonly id: string;
  readonly title: string;
  /** What happened, one sentence or two each. */
  readonly text: readonly string[];
  readonly commands: readonly ShellCommand[];
  readonly pod?: PodReport;
  readonly run?: RunReport;
  readonly login?: LoginReport;
  readonly rights?: RightsReport;
}

/** What does the same by hand, for a shell. */
export interface ShellCommand {
  readonly command: string;
  /** What it printed, where the demo ran it and that is worth a look. */
  readonly output?: readonly string[];
}

/** Who watches the demo. */
export interface Audience {
  /** A step begins, and may take a moment. */
  begin(title: string): void;
  end(step: StoryStep): void;
}

export type StepHeading = Pick<StoryStep, 'id' | 'title'>;
export type StepResult = Partial<Omit<StoryStep, keyof StepHeading>>;

/** The demo as it is told: keeps all steps, and tells the audience as they come. */
export interface Book {
  /** @returns what `act` returned, with whatever else later steps need of it */
  step<Result extends StepResult>(heading: StepHeading, act: () => Promise<Result>): Promise<Result>;
  readonly steps: readonly StoryStep[];
}

/** @param signal aborted: the step under way is the last one */
export function createBook(audience: Audience, signal: AbortSignal): Book {
  const steps: StoryStep[] = [];
  return {
    steps,
    async step({ id, title }, act) {
      signal.throwIfAborted();
      audience.begin(title);
      const result = await act();
      const { text = [], commands = [], pod, run, login, rights } = result;
      const reports = {
        ...(pod && { pod }),
        ...(run && { run }),
        ...(login && { login }),
        ...(rights && { rights }),
      };
      const step = { id, title, text, commands, ...reports };
      steps.push(step);
      audience.end(step);
      return result;
    },
  };
}

/** Everything that did not come as it should have. */
export function listProblems(steps: readonly StoryStep[]): string[] {
  return steps.flatMap(({ id, pod, run, login, rights }) => [
    ...[pod, run].flatMap((report) =>
      (report?.problems ?? []).map((problem) => `pod ${report?.pod}: ${problem}`),
    ),
    ...[login, rights].flatMap((report) => (report?.problems ?? []).map((problem) => `${id}: ${problem}`)),
  ]);
}
