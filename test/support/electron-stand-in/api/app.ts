import { spawn } from 'node:child_process';
import type { NativeRecord } from '../record/record.ts';
import { CommandLine } from './command-line.ts';
import { InstanceLock } from './instance-lock.ts';
import { Paths } from './paths.ts';
import { preventable, strict, StrictEmitter } from './strict.ts';

export interface AppIdentity {
  readonly name: string;
  readonly version: string;
  readonly path: string;
}

/** What the app's end needs of the windows. */
export interface OpenWindows {
  /** Asks every window to close; whether all of them did. */
  closeAll(): boolean;
  count(): number;
}

export class App extends StrictEmitter {
  readonly commandLine: CommandLine;
  /** macOS only in Electron, and undefined elsewhere; the stand-in has no dock on any platform. */
  readonly dock = undefined;
  readonly isPackaged = false;
  private readonly record: NativeRecord;
  private readonly windows: OpenWindows;
  private readonly paths: Paths;
  private readonly identity: { name: string; version: string; path: string };
  private readonly ready = Promise.withResolvers<undefined>();
  private readonly protocols = new Set<string>();
  private readonly state = { ready: false, quitting: false, badge: 0, userAgent: '' };
  private loginItem: Electron.Settings = {};
  private lock: InstanceLock | undefined;

  constructor(record: NativeRecord, windows: OpenWindows, identity: AppIdentity, argv: readonly string[]) {
    super('app');
    this.record = record;
    this.windows = windows;
    this.identity = { ...identity };
    this.commandLine = strict('app.commandLine', new CommandLine(argv));
    this.paths = new Paths(this.commandLine.switches.get('user-data-dir'));
  }

  // --- lifecycle ---

  /** @internal */
  becomeReady(): void {
    this.state.ready = true;
    // Looked up on the object: Playwright replaces `emit` to hold the event back until it is connected.
    this.emit('ready', preventable({}), {});
    this.ready.resolve(undefined);
  }

  whenReady(): Promise<void> {
    return this.ready.promise;
  }
  isReady(): boolean {
    return this.state.ready;
  }

  quit(): void {
    if (this.state.quitting) return;
    const before = preventable({});
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    this.state.quitting = true;
    if (!this.windows.closeAll()) {
      this.state.quitting = false;
      return;
    }
    this.finishQuitting();
  }

  /** @internal The last window has closed. */
  allWindowsClosed(): void {
    if (this.state.quitting) return;
    if (this.listenerCount('window-all-closed') === 0) this.quit();
    else this.emit('window-all-closed');
  }

  private finishQuitting(): void {
    const will = preventable({});
    this.emit('will-quit', will);
    if (will.defaultPrevented) this.state.quitting = false;
    else this.exit(0);
  }

  exit(exitCode = 0): void {
    this.emit('quit', preventable({}), exitCode);
    process.exit(exitCode);
  }

  relaunch(options: Electron.RelaunchOptions = {}): void {
    this.record.add('app.relaunch', options);
    const args = options.args ?? process.argv.slice(1);
    process.once('exit', () => {
      this.lock?.release();
      spawn(options.execPath ?? process.execPath, args, { detached: true, stdio: 'ignore' }).unref();
    });
  }

  focus(options?: Electron.FocusOptions): void {
    this.record.add('app.focus', options);
  }

  // --- identity and folders ---

  getName(): string {
    return this.identity.name;
  }
  setName(name: string): void {
    this.identity.name = name;
  }
  get name(): string {
    return this.identity.name;
  }
  set name(name: string) {
    this.identity.name = name;
  }
  getVersion(): string {
    return this.identity.version;
  }
  getAppPath(): string {
    return this.identity.path;
  }
  getPath(name: string): string {
    return this.paths.get(name, this.identity.name);
  }
  setPath(name: string, path: string): void {
    this.paths.set(name, path);
  }
  setAppLogsPath(path?: string): void {
    if (path !== undefined) this.paths.set('logs', path);
  }
  getLocale(): string {
    return Intl.DateTimeFormat().resolvedOptions().locale;
  }
  getSystemLocale(): string {
    return this.getLocale();
  }
  getLocaleCountryCode(): string {
    return new Intl.Locale(this.getLocale()).region ?? '';
  }
  getPreferredSystemLanguages(): string[] {
    return [this.getLocale()];
  }

  // --- one instance ---

  requestSingleInstanceLock(additionalData?: Record<string, unknown>): boolean {
    this.lock ??= new InstanceLock(this.getPath('userData'));
    const message = {
      argv: process.argv,
      workingDirectory: process.cwd(),
      additionalData: additionalData ?? null,
    };
    return this.lock.request(message, (second) => {
      this.emit(
        'second-instance',
        preventable({}),
        second.argv,
        second.workingDirectory,
        second.additionalData,
      );
    });
  }

  hasSingleInstanceLock(): boolean {
    return this.lock?.held ?? false;
  }
  releaseSingleInstanceLock(): void {
    this.lock?.release();
  }

  // --- what reaches the desktop is recorded ---

  setAsDefaultProtocolClient(protocol: string, path?: string, args?: string[]): boolean {
    this.record.add('app.setAsDefaultProtocolClient', protocol, path, args);
    this.protocols.add(protocol);
    return true;
  }

  removeAsDefaultProtocolClient(protocol: string): boolean {
    this.record.add('app.removeAsDefaultProtocolClient', protocol);
    return this.protocols.delete(protocol);
  }

  isDefaultProtocolClient(protocol: string): boolean {
    return this.protocols.has(protocol);
  }

  setBadgeCount(count = 0): boolean {
    this.record.add('app.setBadgeCount', count);
    this.state.badge = count;
    return true;
  }

  getBadgeCount(): number {
    return this.state.badge;
  }
  get badgeCount(): number {
    return this.state.badge;
  }
  set badgeCount(count: number) {
    this.setBadgeCount(count);
  }

  setLoginItemSettings(settings: Electron.Settings): void {
    this.record.add('app.setLoginItemSettings', settings);
    this.loginItem = settings;
  }

  getLoginItemSettings(): Electron.LoginItemSettings {
    const openAtLogin = this.loginItem.openAtLogin ?? false;
    return {
      openAtLogin,
      executableWillLaunchAtLogin: openAtLogin,
      launchItems: [],
      wasOpenedAtLogin: false,
      status: openAtLogin ? 'enabled' : 'not-registered',
    };
  }

  setAppUserModelId(id: string): void {
    this.record.add('app.setAppUserModelId', id);
  }
  setAboutPanelOptions(options: Electron.AboutPanelOptionsOptions): void {
    this.record.add('app.setAboutPanelOptions', options);
  }
  showAboutPanel(): void {
    this.record.add('app.showAboutPanel');
  }
  setUserTasks(tasks: Electron.Task[]): boolean {
    this.record.add('app.setUserTasks', tasks);
    return true;
  }
  setJumpList(categories: Electron.JumpListCategory[] | null): 'ok' {
    this.record.add('app.setJumpList', categories);
    return 'ok';
  }
  addRecentDocument(path: string): void {
    this.record.add('app.addRecentDocument', path);
  }
  clearRecentDocuments(): void {
    this.record.add('app.clearRecentDocuments');
  }
  /** Every page is sandboxed already. */
  enableSandbox(): void {
    this.record.add('app.enableSandbox');
  }
  disableHardwareAcceleration(): void {
    this.record.add('app.disableHardwareAcceleration');
  }
  isAccessibilitySupportEnabled(): boolean {
    return false;
  }
  isEmojiPanelSupported(): boolean {
    return false;
  }
}
