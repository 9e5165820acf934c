/** All words of the interface. English is the source; another language is a table with the same keys. */
import { common } from './en/common.ts';
import { conversation } from './en/conversation.ts';
import { conversationList } from './en/conversation-list.ts';
import { details } from './en/details.ts';
import { errors } from './en/errors.ts';
import { onboarding } from './en/onboarding.ts';
import { settings } from './en/settings.ts';
import { startup } from './en/startup.ts';

export const english = {
  ...common,
  ...startup,
  ...onboarding,
  ...conversationList,
  ...conversation,
  ...details,
  ...settings,
  ...errors,
} as const;

export type Catalogue = typeof english;
export type MessageKey = keyof Catalogue;
