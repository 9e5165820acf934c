import { expect, test } from 'vitest';
import { inviteLink, linkFromHere } from '../../../src-renderer/app/relay-links.ts';
import { parseJoinLink } from '../../../src-shared/protocol/join-link.ts';
import { ownAccount } from '../../support/renderer/world.ts';

const hosted = {
  state: 'running',
  url: 'http://127.0.0.1:5484',
  joinLink: 'kith://relay?url=http%3A%2F%2F192.168.1.20%3A5484&name=k7Q2',
} as const;

test('one joins the own relay on this computer, by its name', () => {
  expect(parseJoinLink(linkFromHere(hosted))).toEqual({
    relayUrl: 'http://127.0.0.1:5484',
    relayName: 'k7Q2',
  });
});

test('others get the link of the own relay as it is reached from outside', () => {
  const here = { ...ownAccount, relayUrl: hosted.url, relayName: 'k7Q2' };
  expect(inviteLink(here, hosted)).toBe(hosted.joinLink);
  // Joined by the link itself, before one joined by the address on this computer.
  expect(inviteLink({ ...here, relayUrl: 'http://192.168.1.7:5484' }, hosted)).toBe(hosted.joinLink);
});

test('any other relay is given with its name, where it is known', () => {
  const url = 'https://relay.example.org';
  expect(parseJoinLink(inviteLink(ownAccount, hosted))).toEqual({ relayUrl: url, relayName: 'n4Wd' });
  expect(parseJoinLink(inviteLink({ ...ownAccount, relayName: null }, { state: 'stopped' }))).toEqual({
    relayUrl: url,
  });
});
