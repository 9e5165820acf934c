/** kill -9 right after a promise was made: what was promised holds. */
import { afterEach, describe, expect, it } from 'vitest';
import { SessionProcess } from '../../support/processes/session-process.ts';
import { Person } from '../../support/engine/person.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

describe.each(['queued', 'accepted'])('a process that is killed right after it said "%s"', (promise) => {
  it('has lost nothing: the message arrives once, in its order, and its sender hears of it', async () => {
    const relay = await cleanup.relay();
    const ben = await Person.join(cleanup, relay.url, 'ben');
    const options = { dataFolder: cleanup.folder(), relayUrl: relay.url, username: 'ada' };
    const start = async (): Promise<SessionProcess> => {
      const session = new SessionProcess(options);
      cleanup.add(() => session.kill());
      await session.ready();
      return session;
    };
    const texts = ['first', 'second'];
    let accepted = false;
    for (const text of texts) {
      const ada = await start();
      const promised = ada.next((event) => event.event === promise);
      ada.operate({ op: 'send', to: 'ben', text });
      await promised;
      await ada.kill();
      if (!accepted && promise === 'accepted') {
        await ben.received(text);
        await ben.accept('ada');
        accepted = true;
      }
    }
    const ada = await start();
    await ada.ask({ op: 'send', to: 'ben', text: 'last' });
    await ben.received('last');
    if (!accepted) await ben.accept('ada');
    expect(await ben.texts('ada')).toEqual([...texts, 'last']);
    await ada.waitFor((event) => event.event === 'receipt');
    const history = await ada.ask({ op: 'history', with: 'ben' });
    expect((history['messages'] as { text: string }[]).map((message) => message.text)).toEqual([
      ...texts,
      'last',
    ]);
    await ada.quit();
  });
});
