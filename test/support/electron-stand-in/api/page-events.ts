import type { ContextMenu, FromPreload, KeyPress, PageListener } from '../page/page-link.ts';
import type { Host } from './host.ts';
import { answerInvoke, type IpcEvent, type IpcMain } from './ipc.ts';
import type { Navigation } from './navigation.ts';
import { preventable } from './strict.ts';
import type { WebContents } from './web-contents.ts';

/** What is known of a page; written here and by its WebContents. */
export interface PageState {
  url: string;
  title: string;
  loading: boolean;
  destroyed: boolean;
  crashed: boolean;
  devTools: boolean;
}

export interface PageParts {
  readonly host: Host;
  readonly contents: WebContents;
  readonly state: PageState;
  readonly navigation: Navigation;
}

function reportRejection(error: unknown): void {
  process.stderr.write(`${String(error)}\n`);
}

/** Tells the app, by the events of its WebContents, what happens in the page. */
export function pageEvents(parts: PageParts): PageListener {
  const { host, contents, state, navigation } = parts;
  const { id } = contents;
  const toApp = (url: string): string => host.origins.toApp(url);
  return {
    onMessage: (message) => receive(parts, message),
    onStarted: (url, isSameDocument, isMainFrame) => {
      const details = { url: toApp(url), isSameDocument, isMainFrame, frame: contents.mainFrame };
      const event = preventable(details);
      contents.emit('did-start-navigation', event, details.url, isSameDocument, isMainFrame, id, id);
    },
    onNavigated: (url, isInPlace) => {
      // Every page begins as about:blank; only what was asked for counts.
      if (state.url === '' && url === 'about:blank' && !navigation.takeExpected(url)) return;
      state.url = toApp(url);
      if (isInPlace) contents.emit('did-navigate-in-page', preventable({}), state.url, true, id, id);
      else contents.emit('did-navigate', preventable({}), state.url, 200, 'OK');
    },
    onDomReady: () => {
      if (state.url !== '') contents.emit('dom-ready', preventable({}));
    },
    onLoaded: () => {
      if (state.url === '') return;
      state.loading = false;
      navigation.settle();
      contents.emit('did-finish-load');
      contents.emit('did-stop-loading');
      contents.owner?.pageShown();
    },
    onConsole: (level, message, lineNumber, sourceId) => {
      const details = { level, message, lineNumber, sourceId: toApp(sourceId), frame: contents.mainFrame };
      contents.emit('console-message', preventable(details));
    },
    onException: (text) => host.record.pageError(text),
    onWindowOpen: (url, frameName, features) => contents.windowOpenAsked(toApp(url), frameName, features),
    onForeignNavigation: (url) => {
      if (contents.isPrevented('will-navigate', url)) return;
      if (host.origins.toChromium(url) === url) host.record.add('external-protocol', url);
      else contents.loadURL(url).catch(reportRejection);
    },
  };
}

function receive(parts: PageParts, message: FromPreload): void {
  const { host, contents, state } = parts;
  switch (message.kind) {
    case 'hello':
      return;
    case 'title':
      if (message.title === '' || message.title === state.title) return;
      state.title = message.title;
      contents.emit('page-title-updated', preventable({}), state.title, true);
      contents.owner?.pageTitleChanged(state.title);
      return;
    case 'preload-error':
      host.record.pageError(`preload: ${message.error.stack ?? message.error.message}`);
      contents.emit('preload-error', preventable({}), 'preload', message.error);
      return;
    case 'invoke': {
      const { id, channel, args } = message;
      const answer = answerInvoke(ipcPlaces(parts), ipcEvent(contents), channel, args);
      void answer.then(({ ok, value }) => contents.reply(id, ok, value));
      return;
    }
    case 'send':
      for (const place of ipcPlaces(parts)) place.emit(message.channel, ipcEvent(contents), ...message.args);
      return;
    case 'context-menu':
      contents.emit('context-menu', preventable({}), contextMenuParams(parts, message));
      return;
    case 'key':
      pressKey(parts, message);
  }
}

function ipcPlaces({ contents, host }: PageParts): IpcMain[] {
  return [contents.mainFrame.ipc, contents.ipc, host.ipcMain];
}

function ipcEvent(contents: WebContents): IpcEvent {
  return {
    ...preventable({}),
    type: 'frame',
    sender: contents,
    senderFrame: contents.mainFrame,
    frameId: contents.mainFrame.routingId,
    processId: contents.mainFrame.processId,
    reply: (channel, ...args) => contents.send(channel, ...args),
  };
}

function contextMenuParams({ host, contents, state }: PageParts, menu: ContextMenu): object {
  const { x, y, isEditable, selectionText, linkURL, srcURL } = menu;
  const hasSelection = selectionText !== '';
  return {
    ...{ x, y, isEditable, selectionText, srcURL },
    linkURL: host.origins.toApp(linkURL),
    pageURL: state.url,
    frame: contents.mainFrame,
    mediaType: srcURL === '' ? 'none' : 'image',
    // Nothing is spell-checked, so nothing is ever misspelled.
    misspelledWord: '',
    dictionarySuggestions: [],
    editFlags: {
      canUndo: isEditable,
      canRedo: isEditable,
      canCut: isEditable && hasSelection,
      canCopy: hasSelection,
      canPaste: isEditable,
      canDelete: isEditable,
      canSelectAll: true,
    },
  };
}

function pressKey({ host, contents }: PageParts, press: KeyPress): void {
  const { key, code, shiftKey: shift, ctrlKey: control, altKey: alt, metaKey: meta, repeat } = press;
  const input: Electron.Input = {
    type: 'keyDown',
    ...{ key, code, shift, control, alt, meta },
    isAutoRepeat: repeat,
    isComposing: false,
    location: 0,
    modifiers: [],
  };
  // The page has had the key by now, so preventing it here keeps only the menu's accelerators from it.
  const event = preventable({});
  contents.emit('before-input-event', event, input);
  if (!event.defaultPrevented && !press.defaultPrevented) host.keyPressed(input, contents.owner);
}
