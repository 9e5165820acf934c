import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { ConversationView } from '../../../src-shared/contract/views.ts';
import { useServices, useViews } from '../../app/context.ts';
import type { FocusHome } from '../../app/focus-home.ts';
import { errorText } from '../../app/error-text.ts';
import { addToast } from '../../app/state/toasts.ts';
import { Button } from '../../ui/Button.tsx';
import css from './Composer.module.css';
import { bytesOverLimit } from './text-length.ts';
import { createTypingSignal } from './typing-signal.ts';

interface ComposerProps {
  readonly conversation: ConversationView;
  readonly onSent: () => void;
}

/** Mounted anew for each conversation. */
export function Composer({ conversation, onSent }: ComposerProps) {
  const { t, client, drafts, toasts } = useServices();
  const { roomId, peer } = conversation;
  const [text, setText] = useState(() => drafts.read(roomId, conversation.draft));
  const input = useRef<HTMLTextAreaElement>(null);
  const typing = useTypingSignal(conversation);
  const overBytes = bytesOverLimit(text);

  useEffect(
    () => () => {
      drafts.flush(roomId);
    },
    [drafts, roomId],
  );
  useEffect(() => {
    const field = input.current;
    field?.focus({ preventScroll: true });
    field?.setSelectionRange(field.value.length, field.value.length);
  }, []);

  const change = (next: string): void => {
    setText(next);
    drafts.write(roomId, next);
    if (next.trim() === '') typing.stopped();
    else typing.typed();
  };

  const send = async (): Promise<void> => {
    if (text.trim() === '' || overBytes > 0) return;
    typing.stopped();
    change('');
    try {
      await client.request('messages.send', { roomId, text: text.trim() });
      drafts.flush(roomId);
      onSent();
    } catch (error) {
      addToast(toasts, 'problem', errorText(t, error));
      // What was typed comes back, in front of what has been typed since.
      setText((since) => {
        const restored = since === '' ? text : `${text}\n${since}`;
        drafts.write(roomId, restored);
        return restored;
      });
    }
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // While an input method composes, Enter chooses a word; some of them only say `Process`.
    if (event.nativeEvent.isComposing || event.key === 'Process') return;
    if (event.key !== 'Enter' || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void send();
  };

  return (
    <div className={css['composer']}>
      <TypingLine conversation={conversation} />
      {overBytes > 0 && (
        <p className={css['tooLong']} role="alert">
          {t('composer.tooLong', { count: overBytes })}
        </p>
      )}
      <form
        className={css['frame']}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <textarea
          ref={input}
          data-focus-home={'conversation' satisfies FocusHome}
          className={css['input']}
          rows={1}
          dir="auto"
          value={text}
          aria-label={t('composer.placeholder', { name: peer.displayName })}
          placeholder={t('composer.placeholder', { name: peer.displayName })}
          aria-invalid={overBytes > 0}
          onChange={(event) => {
            change(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
        <Button type="submit" look="primary" disabled={text.trim() === '' || overBytes > 0}>
          {t('composer.send')}
        </Button>
      </form>
    </div>
  );
}

function TypingLine({ conversation }: { readonly conversation: ConversationView }) {
  const { t } = useServices();
  const isTyping = useViews((views) => views.typing.has(conversation.roomId));
  return (
    <p className={css['typing']} dir="auto">
      {isTyping && t('typing.line', { name: conversation.peer.displayName })}
    </p>
  );
}

function useTypingSignal({ roomId }: ConversationView) {
  const { client, environment } = useServices();
  const signal = useMemo(
    () =>
      createTypingSignal({
        send: (state) => {
          // Of no consequence when it fails: it is only ever a hint.
          client.request('conversations.setTyping', { roomId, state }).catch(() => undefined);
        },
        after: environment.after,
        nowMs: environment.nowMs,
      }),
    [client, environment, roomId],
  );
  useEffect(() => signal.stopped, [signal]);
  return signal;
}
