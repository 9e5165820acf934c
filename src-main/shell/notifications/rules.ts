/** Whether a message that came in is announced, and in which words. */
import type { ConversationState, MessageView, SettingsView } from '../../../src-shared/contract/views.ts';

/** Several messages at once need one sound. */
const SOUND_INTERVAL_MS = 1_000;

export interface Incoming {
  readonly message: Pick<MessageView, 'roomId' | 'body'>;
  readonly senderName: string;
  readonly room: { readonly state: ConversationState; readonly isMuted: boolean };
}

export interface Attention {
  readonly window: 'focused' | 'in-background';
  /** The conversation the window shows, whether or not it is in front. */
  readonly visibleRoom: MessageView['roomId'] | null;
}

export interface Announcement {
  readonly title: string;
  readonly body: string;
}

/** Null when nothing is to be announced. */
export function announcementFor(
  { message, senderName, room }: Incoming,
  attention: Attention,
  content: SettingsView['notificationContent'],
): Announcement | null {
  const isInFront = attention.window === 'focused' && attention.visibleRoom === message.roomId;
  if (isInFront || room.isMuted || room.state === 'blocked') return null;
  // A quiet line in the conversation is quiet here, too.
  if (message.body.type !== 'text') return null;
  if (content === 'nothing') return { title: 'Kith', body: 'New message' };
  // What strangers write is shown once somebody decided to look at it.
  if (room.state === 'request') return { title: senderName, body: 'Wants to write to you' };
  return { title: senderName, body: content === 'name' ? 'New message' : shorten(message.body.text) };
}

/** Systems show a few lines, and some refuse more than a kilobyte or so. UTF-16 units. */
const MAX_BODY_LENGTH = 240;

/** Cut between characters as people see them: half an emoji is another one. */
function shorten(text: string): string {
  if (text.length <= MAX_BODY_LENGTH) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (kept.length + segment.length >= MAX_BODY_LENGTH) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** At most one sound a second. */
export function soundFor(lastSoundAtMs: number | null, nowMs: number): 'sound' | 'silent' {
  return lastSoundAtMs !== null && nowMs - lastSoundAtMs < SOUND_INTERVAL_MS ? 'silent' : 'sound';
}
