/** The menu bar, as each platform expects it. */
import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../../src-shared/contract/events.ts';

export interface MenuFacts {
  readonly platform: NodeJS.Platform;
  /** Built packages have no tools for developers in the menu. */
  readonly build: 'packaged' | 'development';
}

export interface MenuActions {
  readonly onCommand: (command: MenuCommand) => void;
  readonly onAbout: () => void;
}

type Item = MenuItemConstructorOptions;

const SEPARATOR: Item = { type: 'separator' };

export function menuTemplate({ platform, build }: MenuFacts, actions: MenuActions): Item[] {
  const isMac = platform === 'darwin';
  const command = (id: MenuCommand, label: string, accelerator: string): Item => ({
    id,
    label,
    accelerator,
    click: () => {
      actions.onCommand(id);
    },
  });
  const settings = command('settings', isMac ? 'Settings…' : 'Settings', 'CmdOrCtrl+,');
  const about: Item = { id: 'about', label: 'About Kith', click: actions.onAbout };
  const quit: Item = { id: 'quit', role: 'quit', label: isMac ? 'Quit Kith' : 'Quit' };

  const kith: Item = {
    label: 'Kith',
    submenu: [
      about,
      SEPARATOR,
      settings,
      SEPARATOR,
      { role: 'services' },
      SEPARATOR,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      SEPARATOR,
      quit,
    ],
  };
  const file: Item = {
    label: '&File',
    submenu: [
      command('new-conversation', 'New Conversation', 'CmdOrCtrl+N'),
      ...(isMac ? [SEPARATOR, { role: 'close' as const }] : [SEPARATOR, settings, SEPARATOR, quit]),
    ],
  };
  const edit: Item = {
    label: '&Edit',
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      SEPARATOR,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'pasteAndMatchStyle' },
      { role: 'delete' },
      { role: 'selectAll' },
      SEPARATOR,
      command('search', 'Search', 'CmdOrCtrl+K'),
    ],
  };
  const view: Item = {
    label: '&View',
    submenu: [
      command('next-conversation', 'Next Conversation', 'Alt+Down'),
      command('previous-conversation', 'Previous Conversation', 'Alt+Up'),
      SEPARATOR,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      SEPARATOR,
      { role: 'togglefullscreen' },
      ...(build === 'development'
        ? [SEPARATOR, { role: 'reload' as const }, { role: 'toggleDevTools' as const }]
        : []),
    ],
  };
  const window: Item = {
    role: 'window',
    label: '&Window',
    submenu: [
      { role: 'minimize' },
      ...(isMac
        ? [{ role: 'zoom' as const }, SEPARATOR, { role: 'front' as const }]
        : [{ role: 'close' as const }]),
    ],
  };
  const help: Item = { role: 'help', label: '&Help', submenu: isMac ? [] : [about] };
  return [...(isMac ? [kith] : []), file, edit, view, window, ...(isMac ? [] : [help])];
}
