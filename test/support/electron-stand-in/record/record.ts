/** One call that would have reached the desktop. */
export interface RecordedCall {
  readonly member: string;
  readonly args: readonly unknown[];
}

/**
 * What the app asked of the desktop, and what the test has the desktop answer. In the main process it is
 * `globalThis[Symbol.for('kith.electron-stand-in')].record`.
 */
export class NativeRecord {
  readonly calls: RecordedCall[] = [];
  /** Uncaught exceptions of pages and errors of preloads, as text with the stack. */
  readonly pageErrors: string[] = [];
  /** Live native objects by kind (`Notification`, `Tray`, `Menu.popup`), oldest first. */
  readonly objects = new Map<string, object[]>();
  private readonly answers = new Map<string, unknown[]>();

  add(member: string, ...args: unknown[]): void {
    this.calls.push({ member, args });
  }

  addObject(kind: string, object: object): void {
    this.objects.set(kind, [...(this.objects.get(kind) ?? []), object]);
  }

  removeObject(kind: string, object: object): void {
    this.objects.set(
      kind,
      (this.objects.get(kind) ?? []).filter((known) => known !== object),
    );
  }

  /** Arguments of every call of one member, such as `shell.openExternal`. */
  argsOf(member: string): (readonly unknown[])[] {
    return this.calls.filter((call) => call.member === member).map((call) => call.args);
  }

  /** The next call of `member` gets this answer; several answers are given in turn. */
  answer(member: string, value: unknown): void {
    this.answers.set(member, [...(this.answers.get(member) ?? []), value]);
  }

  takeAnswer<T>(member: string, otherwise: T): T {
    const [next, ...rest] = this.answers.get(member) ?? [];
    this.answers.set(member, rest);
    return next === undefined ? otherwise : (next as T);
  }

  pageError(text: string): void {
    this.pageErrors.push(text);
    process.stderr.write(`[page] ${text}\n`);
  }
}
