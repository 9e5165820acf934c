import { useEffect, useState } from 'react';
import type { ConversationView } from '../../../src-shared/contract/views.ts';
import type { RoomId } from '../../../src-shared/ids.ts';
import { useIsInFront, useServices, useViews } from '../../app/context.ts';
import { Region } from '../../ui/Region.tsx';
import { Composer } from '../composer/Composer.tsx';
import { Timeline } from '../timeline/Timeline.tsx';
import { BlockedBar, RequestBar } from './bars.tsx';
import css from './Conversation.module.css';
import { ConversationHeader } from './ConversationHeader.tsx';
import { IdentityBanner } from './IdentityBanner.tsx';

/** The middle of the window. Mounted anew for each room. */
export function Conversation({ roomId }: { readonly roomId: RoomId }) {
  const conversation = useViews((views) => views.conversations.get(roomId));
  useVisibleRoom(roomId);
  if (conversation === undefined) return <main className={css['conversation']} />;
  return <OpenConversation conversation={conversation} />;
}

function OpenConversation({ conversation }: { readonly conversation: ConversationView }) {
  const { t } = useServices();
  const [jumpRequests, setJumpRequests] = useState(0);
  return (
    <main
      className={css['conversation']}
      aria-label={t('timeline.label', { name: conversation.peer.displayName })}
    >
      <ConversationHeader conversation={conversation} />
      {conversation.peer.identity === 'changed' && <IdentityBanner peer={conversation.peer} />}
      <Region>
        <Timeline conversation={conversation} jumpRequests={jumpRequests} />
      </Region>
      {conversation.state === 'request' && <RequestBar conversation={conversation} />}
      {conversation.state === 'blocked' && <BlockedBar conversation={conversation} />}
      {conversation.state === 'active' && (
        <Composer
          conversation={conversation}
          onSent={() => {
            setJumpRequests((requests) => requests + 1);
          }}
        />
      )}
    </main>
  );
}

/** Nothing is announced for the room that is in front of the person. */
function useVisibleRoom(roomId: RoomId): void {
  const { perform } = useServices();
  const isInFront = useIsInFront();
  useEffect(() => {
    if (!isInFront) return undefined;
    void perform('app.setVisibleRoom', { roomId });
    return () => {
      void perform('app.setVisibleRoom', { roomId: null });
    };
  }, [isInFront, roomId, perform]);
}
