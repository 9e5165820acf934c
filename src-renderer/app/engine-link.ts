/** Brings what the engine and the shell publish into the stores, and asks for what they already have. */
import type { KithEvent } from '../../src-shared/contract/events.ts';
import { toKithError } from './error-text.ts';
import { createEventQueue } from './event-queue.ts';
import { relayHost } from './relay-host.ts';
import type { Services } from './services.ts';
import { applyMessageEvents } from './state/timelines.ts';
import { addToast, announce } from './state/toasts.ts';
import { accountOf, mergeConversations, reduceViews } from './state/views.ts';

export function startEngineLink(services: Services): void {
  const { client, environment, views, timelines } = services;

  const queue = createEventQueue<KithEvent>(environment.beforeNextFrame, (events) => {
    const before = views.getState();
    const after = reduceViews(before, events);
    if (after !== before) views.setState(after);
    applyMessageEvents(
      timelines,
      events.filter((event) => event.type === 'messages'),
    );
    for (const event of events) actOn(services, event);
  });
  client.subscribe(queue.push);

  views.subscribe(({ appState }, { appState: before }) => {
    if (appState.phase === 'open' && before.phase !== 'open') void loadSettings(services);
    if (accountOf(appState) !== null && accountOf(before) === null) {
      void loadConversations(services);
      void loadConnection(services);
    }
  });
  void loadAppState(services);
}

async function loadAppState({ client, views }: Services): Promise<void> {
  try {
    const appState = await client.request('app.state', {});
    // An event may have been faster, and then it is newer.
    if (views.getState().appState.phase === 'starting') views.setState({ appState });
    await client.request('app.rendererReady', {});
    const [info, hostedRelay] = await Promise.all([
      client.request('app.info', {}),
      client.request('hostedRelay.get', {}),
    ]);
    views.setState({ info, hostedRelay });
  } catch (error) {
    const { code, message } = toKithError(error);
    views.setState({ appState: { phase: 'failed', error: { code, message } } });
  }
}

async function loadSettings({ views, perform }: Services): Promise<void> {
  const settings = await perform('settings.get', {});
  if (settings !== undefined) views.setState({ settings });
}

async function loadConnection({ views, perform }: Services): Promise<void> {
  const connection = await perform('connection.get', {});
  // An event may have been faster, and then it is newer.
  if (connection !== undefined) views.setState((state) => ({ connection: state.connection ?? connection }));
}

/** Asks for the list of conversations; `loading` says how it went. */
export async function loadConversations({ client, views }: Services): Promise<void> {
  views.setState({ loading: { state: 'waiting' } });
  const before = views.getState().conversations;
  try {
    const conversations = await client.request('conversations.list', {});
    views.setState((state) => ({
      conversations: mergeConversations(before, state.conversations, conversations),
      loading: { state: 'ready' },
    }));
  } catch (error) {
    views.setState({ loading: { state: 'failed', error: toKithError(error) } });
  }
}

/** What an event makes happen beside the views it carries. */
function actOn(services: Services, event: KithEvent): void {
  const { navigator, navigation, views, toasts, t } = services;
  switch (event.type) {
    case 'open-room':
      navigator.closeDialog();
      navigator.openRoom(event.roomId);
      break;
    case 'command':
      navigator.run(event.command);
      break;
    case 'join-link': {
      const account = accountOf(views.getState().appState);
      if (account === null) navigator.offerJoinLink(event.link);
      else addToast(toasts, 'problem', t('joinLink.alreadyMember', { relay: relayHost(account.relayUrl) }));
      break;
    }
    case 'received': {
      const { message, from } = event;
      if (message.roomId !== navigation.getState().roomId || message.body.type !== 'text') break;
      announce(toasts, t('timeline.received', { name: from.displayName, text: message.body.text }));
      break;
    }
    default:
      break;
  }
}
