/** Puts the menu bar up. */
import { Menu, type App } from 'electron';
import type { MenuCommand } from '../../../src-shared/contract/events.ts';
import { menuTemplate } from './template.ts';

export function showMenu(app: App, onCommand: (command: MenuCommand) => void): void {
  const facts = { platform: process.platform, build: app.isPackaged ? 'packaged' : 'development' } as const;
  const onAbout = (): void => {
    app.showAboutPanel();
  };
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(facts, { onCommand, onAbout })));
}
