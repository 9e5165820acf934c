import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { NativeRecord } from '../record/record.ts';
import { NotInStandIn, strict, StrictEmitter } from './strict.ts';

/** `dialog`: recorded, answered by `record.answer('dialog.…', value)`, otherwise as if the person cancelled. */
export function createDialogApi(record: NativeRecord) {
  /** The options come first, or second after the window they belong to. */
  const optionsOf = <T>(args: readonly unknown[]): T => args.at(-1) as T;
  const ask = <T>(member: string, args: readonly unknown[], otherwise: T): T => {
    record.add(`dialog.${member}`, optionsOf(args));
    return record.takeAnswer(`dialog.${member}`, otherwise);
  };
  const askLater = <T>(member: string, args: readonly unknown[], otherwise: T): Promise<T> =>
    Promise.resolve(ask(member, args, otherwise));
  const cancelButton = (args: readonly unknown[]): number => {
    const { cancelId, buttons = [] } = optionsOf<Electron.MessageBoxOptions>(args);
    const named = buttons.findIndex((button) => /^(cancel|no)$/i.test(button));
    return cancelId ?? Math.max(named, 0);
  };
  return strict('dialog', {
    showMessageBox: (...args: unknown[]) =>
      askLater('showMessageBox', args, { response: cancelButton(args), checkboxChecked: false }),
    showMessageBoxSync: (...args: unknown[]) => ask('showMessageBoxSync', args, cancelButton(args)),
    showErrorBox: (title: string, content: string) => record.add('dialog.showErrorBox', title, content),
    showOpenDialog: (...args: unknown[]) =>
      askLater('showOpenDialog', args, { canceled: true, filePaths: [] as string[] }),
    showSaveDialog: (...args: unknown[]) =>
      askLater('showSaveDialog', args, { canceled: true, filePath: '' }),
  });
}

export function createShellApi(record: NativeRecord) {
  const note = (member: string, ...args: unknown[]): Promise<void> => {
    record.add(`shell.${member}`, ...args);
    return Promise.resolve();
  };
  return strict('shell', {
    openExternal: (url: string, options?: Electron.OpenExternalOptions) => note('openExternal', url, options),
    /** The empty string is Electron's word for success. */
    openPath: (path: string) => note('openPath', path).then(() => ''),
    showItemInFolder: (path: string) => void note('showItemInFolder', path),
    trashItem: (path: string) => note('trashItem', path),
    beep: () => void note('beep'),
  } satisfies Partial<Electron.Shell>);
}

/* eslint-disable @typescript-eslint/no-deprecated -- apps still call the synchronous half of safeStorage */
/** There is no keychain, and a key made up here would pretend that there is. */
export function createSafeStorageApi() {
  const refusal = (member: string): Error =>
    new Error(`safeStorage.${member}: encryption is not available (the stand-in has no keychain)`);
  const refuse = (member: string): never => {
    throw refusal(member);
  };
  return strict('safeStorage', {
    isEncryptionAvailable: () => false,
    isAsyncEncryptionAvailable: () => Promise.resolve(false),
    encryptStringAsync: (_text: string) => Promise.reject(refusal('encryptStringAsync')),
    decryptStringAsync: (_encrypted: Buffer) => Promise.reject(refusal('decryptStringAsync')),
    getSelectedStorageBackend: () => 'basic_text' as const,
    setUsePlainTextEncryption: (use: boolean) => {
      throw new NotInStandIn(`safeStorage.setUsePlainTextEncryption(${String(use)})`);
    },
    encryptString: (_text: string) => refuse('encryptString'),
    decryptString: (_encrypted: Buffer) => refuse('decryptString'),
  } satisfies Partial<Electron.SafeStorage>);
}
/* eslint-enable @typescript-eslint/no-deprecated */

export function createGlobalShortcutApi(record: NativeRecord) {
  const registered = new Map<string, () => void>();
  return strict('globalShortcut', {
    register: (accelerator: string, callback: () => void) => {
      record.add('globalShortcut.register', accelerator, callback);
      if (registered.has(accelerator)) return false;
      registered.set(accelerator, callback);
      return true;
    },
    isRegistered: (accelerator: string) => registered.has(accelerator),
    unregister: (accelerator: string) => {
      registered.delete(accelerator);
    },
    unregisterAll: () => registered.clear(),
  } satisfies Partial<Electron.GlobalShortcut>);
}

/** `powerMonitor`: tests emit its events. */
export class PowerMonitor extends StrictEmitter {
  /** Seconds without input; a test may replace the method. */
  getSystemIdleTime(): number {
    return 0;
  }
  getSystemIdleState(_thresholdSeconds: number): 'active' {
    return 'active';
  }
  isOnBatteryPower(): boolean {
    return false;
  }
  readonly onBatteryPower = false;
}

export class Screen extends StrictEmitter {
  private readonly display: Pick<
    Electron.Display,
    'id' | 'label' | 'bounds' | 'size' | 'workArea' | 'workAreaSize' | 'scaleFactor' | 'rotation' | 'internal'
  >;

  constructor() {
    super('screen');
    const size = { width: 1920, height: 1080 };
    const area = { x: 0, y: 0, ...size };
    this.display = {
      id: 1,
      label: 'stand-in',
      bounds: area,
      size,
      workArea: area,
      workAreaSize: size,
      scaleFactor: 1,
      rotation: 0,
      internal: true,
    };
  }

  getPrimaryDisplay() {
    return this.display;
  }
  getAllDisplays() {
    return [this.display];
  }
  getDisplayMatching(_area: Electron.Rectangle) {
    return this.display;
  }
  getDisplayNearestPoint(_point: Electron.Point) {
    return this.display;
  }
  getCursorScreenPoint(): Electron.Point {
    return { x: 0, y: 0 };
  }
}

/** `net` reads files, as apps do to serve their own documents; there is no other network. */
export function createNetApi() {
  return strict('net', {
    online: true,
    isOnline: () => true,
    fetch: async (input: string | Request): Promise<Response> => {
      const url = typeof input === 'string' ? input : input.url;
      if (!url.startsWith('file:')) throw new NotInStandIn(`net.fetch of ${url}`);
      return new Response(Uint8Array.from(await readFile(fileURLToPath(url))));
    },
  });
}
