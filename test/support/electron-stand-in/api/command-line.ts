/** `app.commandLine`: the switches this process was started with and those the app appends for Chromium. */
export class CommandLine {
  readonly switches = new Map<string, string>();

  constructor(argv: readonly string[]) {
    for (const arg of argv) {
      const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
      if (name !== undefined) this.switches.set(name, value ?? '');
    }
  }

  appendSwitch(name: string, value = ''): void {
    this.switches.set(name.toLowerCase(), value);
  }

  appendArgument(value: string): void {
    this.appendSwitch(value.replace(/^--/, ''));
  }

  hasSwitch(name: string): boolean {
    return this.switches.has(name);
  }

  getSwitchValue(name: string): string {
    return this.switches.get(name) ?? '';
  }

  removeSwitch(name: string): void {
    this.switches.delete(name);
  }
}
