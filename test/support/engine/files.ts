/** What a thief of the disk would see. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below a folder with its bytes. */
export function filesBelow(folder: string): ReadonlyMap<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((file) => [join(file.parentPath, file.name), readFileSync(join(file.parentPath, file.name))]),
  );
}

/** Files that hold a text in one of the forms it could be stored in. */
export function filesWith(folder: string, text: string): readonly string[] {
  const forms = (['utf8', 'utf16le'] as const).map((encoding) => Buffer.from(text, encoding));
  forms.push(Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1)));
  return [...filesBelow(folder)]
    .filter(([, bytes]) => forms.some((form) => bytes.includes(form)))
    .map(([path]) => path);
}
