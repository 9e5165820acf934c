import type { NativeRecord } from '../record/record.ts';
import type { Menu } from './menu.ts';
import { StrictEmitter } from './strict.ts';

/** A tray icon that exists in the record only; tests emit `click` on it, or click items of its menu. */
export class Tray extends StrictEmitter {
  private readonly record: NativeRecord;
  private readonly shown: {
    image: unknown;
    toolTip: string;
    title: string;
    menu: Menu | null;
    destroyed: boolean;
  };

  constructor(record: NativeRecord, image: unknown) {
    super('Tray');
    this.record = record;
    this.shown = { image, toolTip: '', title: '', menu: null, destroyed: false };
    record.addObject('Tray', this);
  }

  setImage(image: unknown): void {
    this.shown.image = image;
  }
  setPressedImage(image: unknown): void {
    this.record.add('Tray.setPressedImage', image);
  }
  setToolTip(toolTip: string): void {
    this.shown.toolTip = toolTip;
  }
  setTitle(title: string): void {
    this.shown.title = title;
  }
  getTitle(): string {
    return this.shown.title;
  }
  setContextMenu(menu: Menu | null): void {
    this.shown.menu = menu;
  }
  setIgnoreDoubleClickEvents(ignore: boolean): void {
    this.record.add('Tray.setIgnoreDoubleClickEvents', ignore);
  }
  displayBalloon(options: object): void {
    this.record.add('Tray.displayBalloon', options);
  }
  popUpContextMenu(menu?: Menu): void {
    (menu ?? this.shown.menu)?.popup();
  }
  getBounds(): Electron.Rectangle {
    return { x: 0, y: 0, width: 0, height: 0 };
  }
  isDestroyed(): boolean {
    return this.shown.destroyed;
  }

  destroy(): void {
    this.shown.destroyed = true;
    this.record.removeObject('Tray', this);
  }

  /** Stand-in only: what the icon shows at the moment. */
  get standInState(): Readonly<{ image: unknown; toolTip: string; title: string; menu: Menu | null }> {
    return this.shown;
  }
}

export function createTrayApi(record: NativeRecord) {
  return class AppTray extends Tray {
    constructor(image: unknown) {
      super(record, image);
    }
  };
}
