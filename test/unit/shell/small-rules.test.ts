import { describe, expect, test } from 'vitest';
import type { Keychain } from '../../../src-main/engine/store/key-wrapping.ts';
import { linksIn, readLink } from '../../../src-main/shell/deep-links/deep-links.ts';
import { networkSignal } from '../../../src-main/shell/engine/network-signal.ts';
import { sharedHost } from '../../../src-main/shell/hosted-relay/shared-host.ts';
import { textMenuRoles, type TextFacts } from '../../../src-main/shell/menu/context-menu-rules.ts';
import { menuTemplate } from '../../../src-main/shell/menu/template.ts';
import { chooseProtection } from '../../../src-main/shell/store/protection.ts';
import { tooltip, unreadTotal, type Counted } from '../../../src-main/shell/unread/unread-total.ts';

describe('links', () => {
  const good = 'kith://relay?url=https%3A%2F%2Frelay.example.org&name=home';

  test('are found on a command line among everything else', () => {
    expect(linksIn(['kith', '.', '--flag', good, 'https://example.org', 'KITH://relay?url=x'])).toEqual([
      good,
      'KITH://relay?url=x',
    ]);
  });

  test('are join links or nothing', () => {
    expect(readLink(good)).toEqual({ type: 'join', link: good });
    for (const bad of [
      'kith://relay',
      'kith://relay?url=javascript:alert(1)',
      'kith://delete-everything',
      'kith:',
      'https://relay.example.org',
      'relay.example.org',
    ]) {
      expect(readLink(bad)).toEqual({ type: 'unknown' });
    }
  });
});

test('without a network only a relay on this computer can be reached', () => {
  const offline = (relayUrl: string | null) => networkSignal({ isSystemOnline: false, relayUrl });
  expect(networkSignal({ isSystemOnline: true, relayUrl: null })).toBe('up');
  expect(offline(null)).toBe('down');
  expect(offline('https://relay.example.org')).toBe('down');
  expect(offline('http://127.0.0.1:5484')).toBe('up');
  expect(offline('http://localhost:5484')).toBe('up');
  expect(offline('http://[::1]:5484')).toBe('up');
  expect(offline('http://127.0.0.1.example.org')).toBe('down');
});

test('the address for people nearby is one that they can reach', () => {
  const address = (text: string, internal = false, family: 'IPv4' | 'IPv6' = 'IPv4') =>
    ({ address: text, internal, family }) as never;
  expect(
    sharedHost({
      lo: [address('127.0.0.1', true)],
      usb0: [address('169.254.7.7')],
      wlan0: [address('fe80::1', false, 'IPv6'), address('192.168.1.7')],
    }),
  ).toBe('192.168.1.7');
  expect(sharedHost({ lo: [address('127.0.0.1', true)] })).toBeNull();
});

describe('the number on the badge', () => {
  const room = (change: Partial<Counted>): Counted => ({
    state: 'active',
    isMuted: false,
    unreadCount: 0,
    ...change,
  });

  test('counts messages that wait, a request once, and nothing from muted or blocked ones', () => {
    expect(
      unreadTotal([
        room({ unreadCount: 3 }),
        room({ unreadCount: 2 }),
        room({ unreadCount: 5, state: 'request' }),
        room({ unreadCount: 7, isMuted: true }),
        room({ unreadCount: 9, state: 'blocked' }),
        room({ state: 'request' }),
      ]),
    ).toBe(6);
    expect(unreadTotal([])).toBe(0);
  });

  test('in words', () => {
    expect([0, 1, 2].map(tooltip)).toEqual(['Kith', 'Kith: 1 unread message', 'Kith: 2 unread messages']);
  });
});

test('a store is protected by what was chosen, else by the keychain, else not made', () => {
  const keychain = { backend: 'test' } as Keychain;
  expect(chooseProtection('secret', keychain).by).toBe('passphrase');
  expect(chooseProtection(undefined, keychain).by).toBe('keychain');
  expect(() => chooseProtection(undefined, null)).toThrow(
    expect.objectContaining({ code: 'invalid-request' }),
  );
});

describe('the menu', () => {
  const build = (platform: NodeJS.Platform, kind: 'packaged' | 'development') => {
    const commands: string[] = [];
    const template = menuTemplate(
      { platform, build: kind },
      { onCommand: (command) => commands.push(command), onAbout: () => commands.push('about') },
    );
    return {
      template,
      commands,
      items: template.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : [])),
    };
  };

  test.each(['darwin', 'win32', 'linux'] as const)(
    'on %s has every command, once, with its keys',
    (platform) => {
      const { items, commands } = build(platform, 'packaged');
      const keys = items.flatMap(({ id, accelerator }) =>
        accelerator === undefined ? [] : [[id, accelerator]],
      );
      expect(Object.fromEntries(keys)).toEqual({
        'new-conversation': 'CmdOrCtrl+N',
        search: 'CmdOrCtrl+K',
        settings: 'CmdOrCtrl+,',
        'next-conversation': 'Alt+Down',
        'previous-conversation': 'Alt+Up',
      });
      expect(keys).toHaveLength(5);
      for (const { click } of items) (click as (() => void) | undefined)?.();
      expect(commands).toHaveLength(6);
    },
  );

  test('has tools for developers only where the app is not packaged', () => {
    const roles = (kind: 'packaged' | 'development') => build('linux', kind).items.map(({ role }) => role);
    expect(roles('packaged')).not.toContain('toggleDevTools');
    expect(roles('packaged')).not.toContain('reload');
    expect(roles('development')).toContain('toggleDevTools');
  });

  test('begins with the app itself on macOS alone', () => {
    expect(build('darwin', 'packaged').template[0]?.label).toBe('Kith');
    expect(build('linux', 'packaged').template[0]?.label).toBe('&File');
  });
});

test('the menu over text has what can be done there', () => {
  const editFlags = {
    canCut: true,
    canCopy: true,
    canPaste: true,
    canSelectAll: true,
  } as TextFacts['editFlags'];
  const none = { ...editFlags, canCut: false, canCopy: false };
  expect(textMenuRoles({ isEditable: true, selectionText: 'word', editFlags })).toEqual([
    'cut',
    'copy',
    'paste',
    'selectAll',
  ]);
  expect(textMenuRoles({ isEditable: true, selectionText: '', editFlags: none })).toEqual([
    'paste',
    'selectAll',
  ]);
  expect(textMenuRoles({ isEditable: false, selectionText: 'word', editFlags })).toEqual(['copy']);
  expect(textMenuRoles({ isEditable: false, selectionText: ' ', editFlags })).toEqual([]);
});
