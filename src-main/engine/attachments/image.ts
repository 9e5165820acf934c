/**
 * Images on their way out: encoded anew, so that nothing but the picture leaves (EXIF with its places and
 * devices, colour profiles, comments), with what a receiver shows before the download. sharp works in
 * libuv's threads.
 */
import { encode } from 'blurhash';
import type { Sharp, SharpOptions } from 'sharp';

/** A photograph of the largest cameras. 400 MB while decoded; a bomb has more. */
const MAX_PIXELS = 100_000_000;
/** Frames of an animation count together. */
const MAX_SECONDS = 30;
export const MAX_IMAGE_FILE_BYTES = 64 * 1024 * 1024;
const THUMBNAIL_PIXELS = 512;
const THUMBNAIL_BYTES = 64 * 1024;
const BLUR_PIXELS = 32;
const BLUR_COMPONENTS = { x: 4, y: 3 } as const;

const FORMATS = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
} as const;
type Format = keyof typeof FORMATS;

export interface CleanImage {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly blurHash: string;
  readonly thumbnail: { readonly bytes: Uint8Array; readonly width: number; readonly height: number };
}

/** Whether the first bytes of a file are those of an image we encode anew. */
export function looksLikeImage(head: Uint8Array): boolean {
  const text = Buffer.from(head).toString('latin1');
  return (
    text.startsWith('\xff\xd8\xff') ||
    text.startsWith('\x89PNG\r\n\x1a\n') ||
    /^GIF8[79]a/.test(text) ||
    /^RIFF.{4}WEBP/s.test(text) ||
    /^.{4}ftyp(?:avif|avis|mif1)/s.test(text)
  );
}

/** Throws for what cannot be decoded, is too large, or takes too long. */
export async function cleanImage(path: string): Promise<CleanImage> {
  const { default: sharp } = await import('sharp');
  const options: SharpOptions = { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true };
  const open = (more: SharpOptions = {}): Sharp =>
    sharp(path, { ...options, ...more }).timeout({ seconds: MAX_SECONDS });
  const { format, compression, pages = 1 } = await open().metadata();
  const name = format === 'heif' && compression === 'av1' ? 'avif' : format;
  if (!isFormat(name)) throw new Error('not an image that can be encoded anew');
  const isAnimated = pages > 1 && (name === 'gif' || name === 'webp');
  const whole = isAnimated ? open({ animated: true }) : open().autoOrient();
  const { data: bytes, info } = await encoded(whole, name).toBuffer({ resolveWithObject: true });
  const still = await thumbnail(open());
  return {
    bytes,
    mediaType: FORMATS[name],
    width: info.width,
    height: info.pageHeight ?? info.height,
    blurHash: await blurHash(sharp(still.bytes)),
    thumbnail: still,
  };
}

function isFormat(name: string): name is Format {
  return Object.hasOwn(FORMATS, name);
}

function encoded(image: Sharp, format: Format): Sharp {
  // Colours are turned into sRGB first: the profile, which may name a device, is left behind.
  const plain = image.toColourspace('srgb');
  switch (format) {
    case 'jpeg':
      return plain.jpeg({ quality: 90, mozjpeg: false });
    case 'png':
      return plain.png();
    case 'webp':
      return plain.webp({ quality: 90 });
    case 'gif':
      return plain.gif();
    case 'avif':
      return plain.avif({ quality: 70, effort: 2 });
  }
}

async function thumbnail(image: Sharp): Promise<CleanImage['thumbnail']> {
  const small = image
    .autoOrient()
    .resize(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS, { fit: 'inside', withoutEnlargement: true });
  for (const quality of [80, 60, 40, 20]) {
    const { data, info } = await small.clone().webp({ quality }).toBuffer({ resolveWithObject: true });
    if (data.length <= THUMBNAIL_BYTES) return { bytes: data, width: info.width, height: info.height };
  }
  const { data, info } = await small
    .resize(THUMBNAIL_PIXELS / 4, THUMBNAIL_PIXELS / 4, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 20 })
    .toBuffer({ resolveWithObject: true });
  return { bytes: data, width: info.width, height: info.height };
}

/** https://blurha.sh */
async function blurHash(image: Sharp): Promise<string> {
  const { data, info } = await image
    .resize(BLUR_PIXELS, BLUR_PIXELS, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return encode(new Uint8ClampedArray(data), info.width, info.height, BLUR_COMPONENTS.x, BLUR_COMPONENTS.y);
}
