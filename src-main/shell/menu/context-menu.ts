/** The menu of the right mouse button over text: what every program of the desktop offers there. */
import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';
import { textMenuRoles } from './context-menu-rules.ts';

export function offerTextMenu(window: BrowserWindow): void {
  window.webContents.on('context-menu', (_event, params) => {
    const template = textMenuRoles(params).map((role): MenuItemConstructorOptions => ({ role }));
    if (template.length > 0) Menu.buildFromTemplate(template).popup({ window });
  });
}
