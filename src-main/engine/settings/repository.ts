/** Settings as the interface knows them, one row each; what is not stored has its default. */
import { z } from 'zod';
import type { SettingsView } from '../../../src-shared/contract/views.ts';
import type { Sql } from '../store/database.ts';

const schema = z.object({
  sendReadReceipts: z.boolean().catch(true).default(true),
  sendTyping: z.boolean().catch(true).default(true),
  theme: z.enum(['system', 'light', 'dark']).catch('system').default('system'),
  notificationContent: z.enum(['all', 'name', 'nothing']).catch('all').default('all'),
});

export type SettingsRepository = ReturnType<typeof settingsRepository>;

export function settingsRepository(sql: Sql) {
  const all = sql.prepare<[], { key: string; value: string }>('SELECT key, value FROM settings');
  const save = sql.prepare<[string, string]>(
    'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  );
  return {
    get(): SettingsView {
      const stored = Object.fromEntries(
        all.all().map(({ key, value }) => [key, JSON.parse(value) as unknown]),
      );
      return schema.parse(stored);
    },
    set(changes: { readonly [Key in keyof SettingsView]?: SettingsView[Key] | undefined }): void {
      for (const [key, value] of Object.entries(changes)) {
        if (value !== undefined) save.run(key, JSON.stringify(value));
      }
    },
  };
}
