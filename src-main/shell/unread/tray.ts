/** The icon beside the clock. */
import { Menu, nativeImage, Tray } from 'electron';
import { join } from 'node:path';
import { tooltip } from './unread-total.ts';

export interface TrayParts {
  readonly iconFolder: string;
  readonly platform: NodeJS.Platform;
  readonly onOpen: () => void;
  readonly onQuit: () => void;
}

export interface AppTray {
  setUnread(total: number): void;
}

export function createTray({ iconFolder, platform, onOpen, onQuit }: TrayParts): AppTray {
  const image = (name: string) => {
    // Electron finds the `@2x` beside it. On macOS the system colours a template to fit the menu bar.
    const icon = nativeImage.createFromPath(
      join(iconFolder, platform === 'darwin' ? `${name}Template.png` : `${name}.png`),
    );
    if (platform === 'darwin') icon.setTemplateImage(true);
    return icon;
  };
  const read = image('tray');
  const unread = image('tray-unread');
  const tray = new Tray(read);
  tray.setToolTip(tooltip(0));
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { id: 'tray-open', label: 'Open Kith', click: onOpen },
      { type: 'separator' },
      { id: 'tray-quit', label: 'Quit', click: onQuit },
    ]),
  );
  // On macOS a click opens the menu.
  if (platform !== 'darwin') tray.on('click', onOpen);
  return {
    setUnread(total) {
      tray.setImage(total === 0 ? read : unread);
      tray.setToolTip(tooltip(total));
    },
  };
}
