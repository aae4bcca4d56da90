import { sep } from 'node:path';

/** Makes a certificate for loopback that is its own authority: `NAME.crt` and `NAME.key`. */
export function toCertificateCommand(name: string): string {
  return (
    'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=demo' +
    ` -addext subjectAltName=IP:127.0.0.1 -keyout ${name}.key -out ${name}.crt`
  );
}

/** A command line with the files of a folder as somebody in it would type them. */
export function toCommandLine(program: string, flags: readonly string[], folder: string): string {
  return [program, ...flags.map((word) => word.replace(folder + sep, ''))].join(' ');
}
