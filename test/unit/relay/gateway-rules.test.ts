import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultDataFolder } from '../../../src-relay/data-folder.ts';
import { Inbox } from '../../../src-relay/gateway/inbox.ts';
import { rateLimitedAddress } from '../../../src-relay/gateway/remote-address.ts';
import { DEFAULT_LIMITS, resolveLimits } from '../../../src-relay/limits.ts';
import { RELAY_VERSION } from '../../../src-relay/version.ts';

describe('the address that registrations count against', () => {
  it.each([
    ['127.0.0.1', undefined],
    ['::1', undefined],
    ['::ffff:127.0.0.1', undefined],
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
  ])('of %s is %s', (socketAddress, expected) => {
    expect(rateLimitedAddress(socketAddress, undefined, 'direct')).toBe(expected);
  });

  it('is the entry that the proxy wrote, and only behind a proxy', () => {
    expect(rateLimitedAddress('127.0.0.1', 'forged, 203.0.113.7', 'behind-proxy')).toBe('203.0.113.7');
    expect(rateLimitedAddress('127.0.0.1', ['forged', '203.0.113.7'], 'behind-proxy')).toBe('203.0.113.7');
    expect(rateLimitedAddress('198.51.100.1', '127.0.0.1', 'direct')).toBe('198.51.100.1');
    expect(rateLimitedAddress('198.51.100.1', '', 'behind-proxy')).toBe('198.51.100.1');
  });
});

describe('the default data folder', () => {
  const homeDirectory = '/home/ada';
  it('is where the platform wants it', () => {
    const linux = { platform: 'linux', homeDirectory } as const;
    expect(defaultDataFolder({ ...linux, variables: {} })).toBe('/home/ada/.local/share/kith-relay');
    expect(defaultDataFolder({ ...linux, variables: { XDG_DATA_HOME: '/data' } })).toBe('/data/kith-relay');
    expect(defaultDataFolder({ ...linux, variables: { XDG_DATA_HOME: 'relative' } })).toContain('.local');
    const mac = { platform: 'darwin', homeDirectory, variables: {} } as const;
    expect(defaultDataFolder(mac)).toBe('/home/ada/Library/Application Support/kith-relay');
    const windows = { platform: 'win32', homeDirectory, variables: { APPDATA: '/roaming' } } as const;
    expect(defaultDataFolder(windows)).toBe('/roaming/kith-relay');
  });
});

describe('an inbox', () => {
  it('handles one item after the other, in order, and asks its source to stop and go on', async () => {
    const events: string[] = [];
    const releases: (() => void)[] = [];
    const inbox = new Inbox<number>({
      handle: (item) => {
        events.push(`start ${String(item)}`);
        return item % 2 === 0 ? undefined : new Promise((resolve) => releases.push(resolve));
      },
      maxItems: 2,
      onFull: () => events.push('full'),
      onEmptied: () => events.push('emptied'),
    });
    for (const item of [1, 2, 3]) inbox.push(item);
    expect(events).toEqual(['start 1', 'full']);
    releases.shift()?.();
    await Promise.resolve();
    await Promise.resolve();
    expect(events).toEqual(['start 1', 'full', 'start 2', 'start 3']);
    releases.shift()?.();
    await Promise.resolve();
    await Promise.resolve();
    expect(events.at(-1)).toBe('emptied');
  });

  it('handles nothing after it was stopped, even from within', () => {
    const handled: number[] = [];
    const inbox: Inbox<number> = new Inbox<number>({
      handle: (item) => {
        handled.push(item);
        inbox.stop();
        return undefined;
      },
      maxItems: 10,
      onFull: () => undefined,
      onEmptied: () => undefined,
    });
    inbox.push(1);
    inbox.push(2);
    expect(handled).toEqual([1]);
  });
});

describe('limits', () => {
  it('take overrides and refuse what cannot be told to a device', () => {
    expect(resolveLimits({ strikes: 9 })).toEqual({ ...DEFAULT_LIMITS, strikes: 9 });
    for (const value of [-1, Number.NaN, 2 ** 32]) {
      expect(() => resolveLimits({ mailboxEnvelopes: value })).toThrow(RangeError);
    }
  });
});

it('the relay tells the version of its package', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ version: RELAY_VERSION });
});
