/** Requests to a relay that get an answer, about mail, keys, people and files. */
import { create } from '@bufbuild/protobuf';
import { idToBytes } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import type { RelayApi } from './relay-api.ts';
import type { RelaySocket } from './relay-socket.ts';

type Answered = 'send' | 'fetchPreKeys' | 'uploadPreKeys' | 'lookUp' | 'mediaAccess';

/** `socket` throws `offline` where there is no connection. */
export function requestApi(socket: () => RelaySocket): Pick<RelayApi, Answered> {
  return {
    async send(envelopes) {
      const value = create(relay.SendSchema, { envelopes: [...envelopes] });
      return (await socket().request({ case: 'send', value }, 'sendResults')).results;
    },
    async fetchPreKeys(accountId, deviceIds) {
      const value = create(relay.FetchPreKeysSchema, {
        accountId: idToBytes(accountId),
        deviceIds: [...deviceIds],
      });
      return socket().request({ case: 'fetchPreKeys', value }, 'preKeyBundles');
    },
    uploadPreKeys: async (value) => socket().request({ case: 'uploadPreKeys', value }, 'preKeyCounts'),
    async lookUp(by) {
      const value = create(relay.LookupAccountSchema, {
        by:
          'username' in by
            ? { case: 'username', value: by.username }
            : { case: 'accountId', value: idToBytes(by.accountId) },
      });
      return socket().request({ case: 'lookupAccount', value }, 'account');
    },
    mediaAccess: async () => socket().request({ case: 'mediaAccess', value: {} }, 'mediaGrant'),
  };
}
