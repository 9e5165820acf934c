import type { NativeRecord } from '../record/record.ts';
import { acceleratorMatches } from './accelerator.ts';
import type { BrowserWindow } from './browser-window.ts';
import { NotInStandIn, strict, StrictEmitter } from './strict.ts';

type Template = (Electron.MenuItemConstructorOptions | MenuItem)[];
type Click = (item: MenuItem, window: BrowserWindow | undefined, event: object) => void;

/** What the roles do that have an effect here; the others stand in the menu and do nothing when clicked. */
const ROLES: Readonly<Record<string, (window: BrowserWindow, quit: () => void) => void>> = {
  undo: ({ webContents }) => webContents.undo(),
  redo: ({ webContents }) => webContents.redo(),
  cut: ({ webContents }) => webContents.cut(),
  copy: ({ webContents }) => webContents.copy(),
  paste: ({ webContents }) => webContents.paste(),
  delete: ({ webContents }) => webContents.delete(),
  selectall: ({ webContents }) => webContents.selectAll(),
  reload: ({ webContents }) => webContents.reload(),
  forcereload: ({ webContents }) => webContents.reload(),
  toggledevtools: ({ webContents }) => webContents.toggleDevTools(),
  resetzoom: ({ webContents }) => webContents.setZoomLevel(0),
  zoomin: ({ webContents }) => webContents.setZoomLevel(webContents.getZoomLevel() + 0.5),
  zoomout: ({ webContents }) => webContents.setZoomLevel(webContents.getZoomLevel() - 0.5),
  togglefullscreen: (window) => window.setFullScreen(!window.isFullScreen()),
  minimize: (window) => window.minimize(),
  close: (window) => window.close(),
  quit: (_window, quit) => quit(),
};

export interface MenuHost {
  readonly record: NativeRecord;
  quit(): void;
  focusedWindow(): BrowserWindow | undefined;
}

let lastCommandId = 0;

export class MenuItem {
  readonly id: string;
  readonly type: Electron.MenuItem['type'];
  readonly role?: NonNullable<Electron.MenuItemConstructorOptions['role']>;
  readonly accelerator: string | null;
  readonly submenu: Menu | undefined;
  readonly icon: unknown;
  readonly sublabel: string;
  readonly toolTip: string;
  readonly commandId = ++lastCommandId;
  readonly registerAccelerator: boolean;
  label: string;
  enabled: boolean;
  visible: boolean;
  checked: boolean;
  menu: Menu | undefined;
  private readonly host: MenuHost;
  private readonly onClick: Click | undefined;

  constructor(host: MenuHost, options: Electron.MenuItemConstructorOptions) {
    this.host = host;
    this.id = options.id ?? '';
    if (options.role !== undefined) this.role = options.role;
    this.label = options.label ?? options.role ?? '';
    const { submenu } = options;
    this.submenu = Array.isArray(submenu) ? buildMenu(host, submenu) : (submenu as Menu | undefined);
    this.type = options.type ?? (this.submenu ? 'submenu' : 'normal');
    this.accelerator = options.accelerator ?? null;
    this.icon = options.icon;
    this.sublabel = options.sublabel ?? '';
    this.toolTip = options.toolTip ?? '';
    this.enabled = options.enabled ?? true;
    this.visible = options.visible ?? true;
    this.checked = options.checked ?? false;
    this.registerAccelerator = options.registerAccelerator ?? true;
    this.onClick = options.click as unknown as Click | undefined;
    return strict('MenuItem', this);
  }

  /** What choosing the item does; tests call it, as they do in Electron. */
  click(event: object = {}, window: BrowserWindow | undefined = this.host.focusedWindow()): void {
    if (!this.enabled) return;
    if (this.type === 'checkbox') this.checked = !this.checked;
    if (this.type === 'radio') {
      for (const item of this.menu?.items ?? []) if (item.type === 'radio') item.checked = false;
      this.checked = true;
    }
    if (this.onClick) this.onClick(this, window, event);
    else if (this.role === 'quit') this.host.quit();
    else if (this.role !== undefined && window)
      ROLES[this.role.toLowerCase()]?.(window, () => this.host.quit());
  }
}

export class Menu extends StrictEmitter {
  readonly items: MenuItem[] = [];
  private readonly host: MenuHost;

  constructor(host: MenuHost) {
    super('Menu');
    this.host = host;
  }

  append(item: MenuItem): void {
    this.insert(this.items.length, item);
  }

  insert(position: number, item: MenuItem): void {
    item.menu = this;
    this.items.splice(position, 0, item);
  }

  /** Also looks into submenus, as Electron does. */
  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found) return found;
    }
    return null;
  }

  /** Recorded; the test clicks an item of it or closes it. */
  popup(options: Electron.PopupOptions = {}): void {
    this.host.record.add('Menu.popup', options);
    this.host.record.addObject('Menu.popup', this);
    this.emit('menu-will-show');
  }

  closePopup(): void {
    this.host.record.removeObject('Menu.popup', this);
    this.emit('menu-will-close');
  }

  /** @internal */
  itemFor(input: Electron.Input): MenuItem | undefined {
    for (const item of this.items) {
      const matches =
        item.accelerator !== null && item.registerAccelerator && acceleratorMatches(item.accelerator, input);
      const found = matches ? item : item.submenu?.itemFor(input);
      if (found) return found;
    }
    return undefined;
  }
}

function buildMenu(host: MenuHost, template: Template): Menu {
  const menu = new Menu(host);
  for (const entry of template) menu.append(entry instanceof MenuItem ? entry : new MenuItem(host, entry));
  return menu;
}

/** `Menu` and `MenuItem` as an app gets them. */
export function createMenuApi(host: MenuHost) {
  let applicationMenu: Menu | null = null;
  class AppMenu extends Menu {
    constructor() {
      super(host);
    }

    static buildFromTemplate(template: Template): Menu {
      return buildMenu(host, template);
    }

    static setApplicationMenu(menu: Menu | null): void {
      applicationMenu = menu;
    }

    static getApplicationMenu(): Menu | null {
      return applicationMenu;
    }

    static sendActionToFirstResponder(action: string): void {
      throw new NotInStandIn(`Menu.sendActionToFirstResponder('${action}')`);
    }
  }
  class AppMenuItem extends MenuItem {
    constructor(options: Electron.MenuItemConstructorOptions) {
      super(host, options);
    }
  }
  return {
    Menu: strict('Menu', AppMenu),
    MenuItem: strict('MenuItem', AppMenuItem),
    keyPressed: (input: Electron.Input, window: BrowserWindow | undefined) =>
      applicationMenu?.itemFor(input)?.click({}, window),
  };
}
