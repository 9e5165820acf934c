import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../src-main/engine/log.ts';
import { pinoLogger } from '../../../src-main/shell/logging/logger.ts';
import { RotatingFile } from '../../../src-main/shell/logging/rotating-file.ts';
import { PreferencesFile } from '../../../src-main/shell/preferences/preferences-file.ts';
import { DEFAULT_PREFERENCES } from '../../../src-main/shell/preferences/schema.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-shell-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the log file', () => {
  test('keeps the newest lines in two files of bounded size', () => {
    const path = join(folder, 'logs', 'kith.log');
    const file = new RotatingFile({ path, maxBytes: 1_000 });
    for (let line = 0; line < 500; line++) file.write(`line ${String(line).padStart(4, '0')}\n`);
    file.close();
    expect(statSync(path).size).toBeLessThanOrEqual(1_000);
    expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1_000);
    const kept = readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8');
    expect(kept.endsWith('line 0499\n')).toBe(true);
    expect(kept.trimEnd().split('\n').length).toBeGreaterThan(100);
  });

  test('goes on where the last run ended', () => {
    const path = join(folder, 'kith.log');
    for (const line of ['one\n', 'two\n']) {
      const file = new RotatingFile({ path, maxBytes: 1_000 });
      file.write(line);
      file.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  test('has one JSON object a line', () => {
    const lines: string[] = [];
    pinoLogger({ write: (line) => lines.push(line) }).warn('relay.closed', { code: 1006 });
    expect(JSON.parse(lines.join(''))).toMatchObject({ msg: 'relay.closed', code: 1006, level: 40 });
  });
});

describe('shell.json', () => {
  test('remembers', () => {
    const path = join(folder, 'shell.json');
    new PreferencesFile(path, silentLogger).update({
      theme: 'dark',
      hostedRelay: { wanted: 'running', port: 5484 },
    });
    expect(new PreferencesFile(path, silentLogger).value).toEqual({
      ...DEFAULT_PREFERENCES,
      theme: 'dark',
      hostedRelay: { wanted: 'running', port: 5484 },
    });
    expect(readFileSync(path, 'utf8')).toMatchSnapshot();
  });

  test.each(['', 'not json', '{"version":2}', '{"version":1,"theme":"pink"}'])(
    'that holds %j counts as none',
    (content) => {
      const path = join(folder, 'shell.json');
      writeFileSync(path, content);
      expect(new PreferencesFile(path, silentLogger).value).toEqual(DEFAULT_PREFERENCES);
    },
  );
});
