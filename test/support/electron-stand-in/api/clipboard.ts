import { strict } from './strict.ts';

type Content = string | Blob | Electron.ClipboardBookmark;

/** One thing in the clipboard, in one or several formats. */
export class ClipboardItem {
  readonly types: string[];
  private readonly items: Readonly<Record<string, Content | Promise<Blob | string>>>;

  constructor(items: Readonly<Record<string, Content | Promise<Blob | string>>>) {
    this.items = items;
    this.types = Object.keys(items);
    return strict('ClipboardItem', this);
  }

  async getType(type: string): Promise<Blob | Electron.ClipboardBookmark> {
    const content = await this.items[type];
    if (content === undefined) throw new Error(`The clipboard item has no ${type}`);
    return typeof content === 'string' ? new Blob([content], { type }) : content;
  }
}

/** The clipboard, in memory: the desktop's own is not touched. */
export function createClipboardApi() {
  let items: ClipboardItem[] = [];
  const text = async (): Promise<string> => {
    const item = items.find(({ types }) => types.includes('text/plain'));
    const content = await item?.getType('text/plain');
    return content instanceof Blob ? content.text() : '';
  };
  return strict('clipboard', {
    clear: () => {
      items = [];
    },
    has: (mimeType: string) => Promise.resolve(items.some(({ types }) => types.includes(mimeType))),
    read: () => Promise.resolve(items),
    readText: text,
    write: (data: ClipboardItem[]) => {
      items = [...data];
      return Promise.resolve();
    },
    writeText: (value: string) => {
      items = [new ClipboardItem({ 'text/plain': value })];
      return Promise.resolve();
    },
  });
}
