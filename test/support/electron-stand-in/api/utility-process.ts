import { fork, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { NotInStandIn, strict, StrictEmitter } from './strict.ts';

/** A module in a Node process of its own, with `process.parentPort` as Electron gives it. */
export class UtilityProcess extends StrictEmitter {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  private readonly child: ChildProcess;
  private running = true;

  constructor(child: ChildProcess) {
    super('UtilityProcess');
    this.child = child;
    this.stdout = child.stdout;
    this.stderr = child.stderr;
    child.once('spawn', () => this.emit('spawn'));
    child.on('message', (message) => this.emit('message', message));
    child.once('error', (error) => this.emit('error', 'FatalError', error.message, ''));
    child.once('exit', (code, signal) => {
      this.running = false;
      // Electron gives the raw status; a signal has no code in Node, and shells add 128 to its number.
      this.emit('exit', code ?? (signal === 'SIGKILL' ? 137 : 143));
    });
  }

  get pid(): number | undefined {
    return this.running ? this.child.pid : undefined;
  }

  postMessage(message: unknown, transfer: unknown[] = []): void {
    if (transfer.length > 0) throw new NotInStandIn('UtilityProcess.postMessage with ports');
    if (this.running) this.child.send(message as object);
  }

  kill(): boolean {
    return this.child.kill();
  }
}

/** @param nodeExecutable the Node that runs this process, not the stand-in's script that `process.execPath` names */
export function createUtilityProcessApi(nodeExecutable: string) {
  return strict('utilityProcess', {
    fork: (modulePath: string, args: string[] = [], options: Electron.ForkOptions = {}): UtilityProcess => {
      const stdio = options.stdio === 'pipe' || options.stdio === 'ignore' ? options.stdio : 'inherit';
      const { cwd, env = process.env, execArgv = [] } = options;
      const child = fork(modulePath, args, {
        execPath: nodeExecutable,
        execArgv: ['--import', new URL('../start/utility-child.mjs', import.meta.url).href, ...execArgv],
        env: env as NodeJS.ProcessEnv,
        ...(cwd === undefined ? {} : { cwd }),
        stdio: ['ignore', stdio, stdio, 'ipc'],
        // Structured clone, as Electron's messages have.
        serialization: 'advanced',
      });
      // The child ends by itself when this process is killed, because its channel closes.
      process.once('exit', () => child.kill('SIGKILL'));
      return new UtilityProcess(child);
    },
  });
}
