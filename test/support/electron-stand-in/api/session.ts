import type { DevToolsSession } from '../chromium/connection.ts';
import type { NetworkRequest } from '../chromium/network.ts';
import type { Origins } from '../page/origins.ts';
import type { NativeRecord } from '../record/record.ts';
import {
  applyPermissions,
  type PermissionCheckHandler,
  type PermissionRequestHandler,
} from './permissions.ts';
import type { Protocol } from './protocol.ts';
import { strict, StrictEmitter } from './strict.ts';
import type { WebContents } from './web-contents.ts';
import { WebRequest } from './web-request.ts';

type HeaderList = [name: string, value: string][];

/** Languages that the recorded spell checker pretends to have; nothing is ever checked. */
const SPELL_CHECKER_LANGUAGES = ['de', 'en-GB', 'en-US', 'es', 'fr', 'it', 'nl', 'pl', 'pt-BR', 'sv'];

export class Session extends StrictEmitter {
  readonly availableSpellCheckerLanguages = SPELL_CHECKER_LANGUAGES;
  readonly webRequest: WebRequest;
  readonly protocol: Protocol;
  private readonly record: NativeRecord;
  private requestHandler: PermissionRequestHandler | null = null;
  private checkHandler: PermissionCheckHandler | null = null;
  private languages = ['en-US'];
  private readonly words = new Set<string>();
  private spellCheck = true;

  constructor(record: NativeRecord, protocol: Protocol) {
    super('session');
    this.record = record;
    this.protocol = protocol;
    this.webRequest = strict('webRequest', new WebRequest());
  }

  setPermissionRequestHandler(handler: PermissionRequestHandler | null): void {
    this.requestHandler = handler;
  }

  setPermissionCheckHandler(handler: PermissionCheckHandler | null): void {
    this.checkHandler = handler;
  }

  /** Devices (HID, serial, USB) are refused by Chromium whatever the handler says. */
  setDevicePermissionHandler(handler: unknown): void {
    this.record.add('session.setDevicePermissionHandler', handler);
  }

  setDisplayMediaRequestHandler(handler: unknown): void {
    this.record.add('session.setDisplayMediaRequestHandler', handler);
  }

  /** @internal */
  applyPermissions(
    browser: DevToolsSession,
    contents: WebContents,
    url: string,
    origins: Origins,
  ): Promise<void> {
    const handlers = { request: this.requestHandler, check: this.checkHandler };
    return applyPermissions(browser, contents, url, origins, handlers);
  }

  /** @internal */
  mayRequest(request: NetworkRequest): Promise<boolean> {
    return this.webRequest.mayRequest(request);
  }

  /** @internal */
  changeHeaders(request: NetworkRequest, status: number, headers: HeaderList): Promise<HeaderList> {
    return this.webRequest.changeHeaders(request, status, headers);
  }

  setSpellCheckerLanguages(languages: string[]): void {
    const unknown = languages.find((language) => !SPELL_CHECKER_LANGUAGES.includes(language));
    if (unknown !== undefined)
      throw new Error(`Invalid language code provided: "${unknown}" is not a valid language code`);
    this.languages = [...languages];
  }

  getSpellCheckerLanguages(): string[] {
    return [...this.languages];
  }

  setSpellCheckerEnabled(enable: boolean): void {
    this.spellCheck = enable;
  }

  isSpellCheckerEnabled(): boolean {
    return this.spellCheck;
  }

  addWordToSpellCheckerDictionary(word: string): boolean {
    this.words.add(word);
    return true;
  }

  removeWordFromSpellCheckerDictionary(word: string): boolean {
    return this.words.delete(word);
  }

  listWordsInSpellCheckerDictionary(): Promise<string[]> {
    return Promise.resolve([...this.words]);
  }

  setSpellCheckerDictionaryDownloadURL(url: string): void {
    this.record.add('session.setSpellCheckerDictionaryDownloadURL', url);
  }

  clearCache(): Promise<void> {
    this.record.add('session.clearCache');
    return Promise.resolve();
  }

  clearStorageData(options?: Electron.ClearStorageDataOptions): Promise<void> {
    this.record.add('session.clearStorageData', options);
    return Promise.resolve();
  }

  setProxy(config: Electron.ProxyConfig): Promise<void> {
    this.record.add('session.setProxy', config);
    return Promise.resolve();
  }

  isPersistent(): boolean {
    return true;
  }
}
