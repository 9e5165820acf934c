import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';

// Gives a forked process what a utility process of Electron has. Runs before the module itself.

/** Messages wait until the module listens, as those of a port that has not been started. */
class ParentPort extends EventEmitter {
  waiting = [];

  constructor() {
    super();
    process.on('message', (data) => {
      if (this.listenerCount('message') === 0) this.waiting.push(data);
      else this.emit('message', { data, ports: [] });
    });
    this.on('newListener', (event) => {
      if (event !== 'message' || this.waiting.length === 0) return;
      const waiting = this.waiting.splice(0);
      process.nextTick(() => waiting.forEach((data) => this.emit('message', { data, ports: [] })));
    });
    // An open port keeps a utility process alive only while somebody listens; the parent's end closes it.
    process.on('disconnect', () => process.exit(0));
  }

  postMessage(data) {
    process.send?.(data);
  }

  start() {}
  close() {
    process.disconnect?.();
  }
}

if (!existsSync(process.argv[1] ?? ''))
  throw new Error(`utilityProcess.fork: no such module: ${process.argv[1]}`);
process.parentPort = new ParentPort();
process.type = 'utility';
