/** Opens the engine with a key, and learns from it what the shell has to know. */
import type { AccountView, SettingsView } from '../../../src-shared/contract/views.ts';
import type { ConversationsMirror } from '../unread/conversations-mirror.ts';
import type { EngineHost } from './engine-host.ts';

export interface OpenEngineParts {
  readonly engine: EngineHost;
  readonly mirror: ConversationsMirror;
  readonly showUnread: (total: number) => void;
  readonly onTheme: (theme: SettingsView['theme']) => void;
  /** The relay of this computer runs again, if it should: the engine connects to it at once. */
  readonly relayRestored: Promise<void>;
}

export async function openEngine(parts: OpenEngineParts, key: Uint8Array): Promise<AccountView | null> {
  const { engine, mirror } = parts;
  await parts.relayRestored;
  await engine.open(key);
  const [account, settings, conversations] = await Promise.all([
    engine.ask('account.get', {}),
    engine.ask('settings.get', {}),
    engine.ask('conversations.list', {}),
  ]);
  mirror.notificationContent = settings.notificationContent;
  parts.onTheme(settings.theme);
  mirror.fill(conversations);
  parts.showUnread(mirror.unreadTotal);
  return account;
}
