import { readFileSync } from 'node:fs';
import { strict } from './strict.ts';

/** Width and height of a PNG (RFC 2083, the IHDR chunk), or nothing for other formats. */
function sizeOfPng(bytes: Buffer): Electron.Size {
  const isPng = bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89504e47;
  return isPng ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } : { width: 0, height: 0 };
}

/** Encoded bytes that are carried along, not drawn: `resize` changes the size that is told, not the pixels. */
export class NativeImage {
  private readonly bytes: Buffer;
  private readonly size: Electron.Size;
  private template = false;

  constructor(bytes: Buffer, size: Electron.Size = sizeOfPng(bytes)) {
    this.bytes = bytes;
    this.size = size;
    return strict('NativeImage', this);
  }

  isEmpty(): boolean {
    return this.bytes.length === 0;
  }
  getSize(): Electron.Size {
    return { ...this.size };
  }
  getAspectRatio(): number {
    return this.size.height === 0 ? 1 : this.size.width / this.size.height;
  }
  toPNG(): Buffer {
    return Buffer.from(this.bytes);
  }
  toDataURL(): string {
    return `data:image/png;base64,${this.bytes.toString('base64')}`;
  }
  setTemplateImage(option: boolean): void {
    this.template = option;
  }
  isTemplateImage(): boolean {
    return this.template;
  }

  resize(options: Electron.ResizeOptions): NativeImage {
    const ratio = this.getAspectRatio();
    const width = options.width ?? Math.round((options.height ?? this.size.height) * ratio);
    const height = options.height ?? Math.round(width / ratio);
    return new NativeImage(this.bytes, { width, height });
  }
}

export function createNativeImageApi() {
  return strict('nativeImage', {
    createEmpty: () => new NativeImage(Buffer.alloc(0)),
    createFromBuffer: (buffer: Buffer) => new NativeImage(buffer),
    createFromDataURL: (url: string) =>
      new NativeImage(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')),
    /** A missing file gives an empty image, as in Electron. */
    createFromPath: (path: string) => {
      try {
        return new NativeImage(readFileSync(path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new NativeImage(Buffer.alloc(0));
        throw error;
      }
    },
  });
}
