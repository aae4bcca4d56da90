import { ConfigurationError, describeError } from '../../base/errors.ts';
import { ensureCertificate, ensureClientCertificate } from '../authenticator/serving/certificate.ts';
import { openStateFolder, PAIR_FILES } from '../authenticator/serving/state-folder.ts';
import { writeWebhookKubeconfig } from '../authenticator/serving/webhook-kubeconfig.ts';
import { complain, note } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import type { InitSettings } from './settings.ts';

/** As whom the API server shows itself. */
const CLIENT_NAME = 'kube-apiserver';

/** Writes what is not there yet, and says what comes next. */
export async function runInit(
  settings: InitSettings,
  { terminal, now }: Pick<Surroundings, 'terminal' | 'now'>,
): Promise<ExitCode> {
  const { serving, remarks, clientCertificate } = settings;
  note('init', remarks, terminal);
  try {
    const folder = await openStateFolder(serving.stateDir);
    const { authority } = await ensureCertificate(folder, serving.names, now());
    const client = clientCertificate ? await ensureClientCertificate(folder, CLIENT_NAME, now()) : undefined;
    const written = await writeWebhookKubeconfig(serving.kubeconfigPath, {
      url: serving.url,
      authority,
      client,
    });
    note('init', describeNext(settings, written === 'replaced'), terminal);
    return 0;
  } catch (error) {
    const code = error instanceof ConfigurationError ? 2 : 3;
    return complain('init', [describeError(error)], terminal, code);
  }
}

function describeNext(
  { serving, expected, clientCertificate }: InitSettings,
  isReplaced: boolean,
): readonly string[] {
  const { stateDir, kubeconfigPath } = expected;
  const files = Object.values(PAIR_FILES).flatMap(({ cert, key }) => [cert, key]);
  const made = clientCertificate ? files : files.filter((file) => !file.startsWith('client'));
  const isElsewhere = serving.stateDir !== stateDir;
  return [
    ...(isElsewhere
      ? [
          `copy ${made.join(', ')} to ${stateDir}, for the server`,
          `copy ${serving.kubeconfigPath} to ${kubeconfigPath}, for kube-apiserver`,
        ]
      : [`certificate and key are in ${stateDir}, the webhook kubeconfig is ${kubeconfigPath}`]),
    `start kube-apiserver with --authentication-token-webhook-config-file=${kubeconfigPath}`,
    ...(clientCertificate
      ? [
          `start the server with --client-ca-file=${stateDir}/${PAIR_FILES.authority.cert} --client-name=${CLIENT_NAME}`,
        ]
      : []),
    ...(isReplaced
      ? ['the webhook kubeconfig was another one: restart kube-apiserver, which reads it once']
      : []),
  ];
}
