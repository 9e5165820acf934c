/** One run of `kith` with its output. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../../src-main/cli/kith.ts', import.meta.url));

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `environment` replaces `KITH_PASSPHRASE`, which is unset otherwise. */
export function kith(
  args: readonly string[],
  environment: Record<string, string> = {},
  input = '',
): Promise<CliRun> {
  const { KITH_PASSPHRASE: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [ENTRY, ...args], { env: { ...inherited, ...environment } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}
