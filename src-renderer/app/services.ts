/** Makes everything the interface works with, once, and wires it together. */
import type { KithBridge } from '../../src-shared/contract/bridge.ts';
import type { RequestName, RequestParams, RequestResult } from '../../src-shared/contract/requests.ts';
import { createDrafts, type Drafts } from '../features/composer/drafts.ts';
import { createOnboardingStore, type OnboardingStore } from '../features/onboarding/onboarding-store.ts';
import {
  createTimelineController,
  type TimelineController,
} from '../features/timeline/timeline-controller.ts';
import { createClient, type KithClient } from './bridge-client.ts';
import { startEngineLink } from './engine-link.ts';
import type { Environment } from './environment.ts';
import { errorText } from './error-text.ts';
import { keepFocus } from './focus-home.ts';
import { createFormats, type Formats } from './formats.ts';
import { english } from './i18n/catalogue.ts';
import { createTranslate, type Translate } from './i18n/translate.ts';
import { createNavigator, type Navigator } from './navigator.ts';
import { createNavigationStore, type NavigationStore } from './state/navigation.ts';
import { createTimelinesStore, type TimelinesStore } from './state/timelines.ts';
import { addToast, createToastsStore, type ToastsStore } from './state/toasts.ts';
import { createViewsStore, type ViewsStore } from './state/views.ts';
import { followTheme } from './theme.ts';

export interface Services {
  readonly client: KithClient;
  readonly environment: Environment;
  readonly formats: Formats;
  readonly t: Translate;
  readonly views: ViewsStore;
  readonly navigation: NavigationStore;
  readonly timelines: TimelinesStore;
  readonly toasts: ToastsStore;
  readonly onboarding: OnboardingStore;
  readonly drafts: Drafts;
  readonly navigator: Navigator;
  readonly timeline: TimelineController;
  /** A request whose failure is shown as a toast; then it answers `undefined`. */
  readonly perform: <Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
  ) => Promise<RequestResult<Name> | undefined>;
  /** Subscribes to the engine and loads what it has. Call once. */
  readonly start: () => void;
}

export function createServices(bridge: KithBridge, environment: Environment): Services {
  const client = createClient(bridge);
  const t = createTranslate(english, environment.locale);
  const views = createViewsStore();
  const navigation = createNavigationStore();
  const timelines = createTimelinesStore();
  const toasts = createToastsStore();
  const report = (error: unknown): void => {
    addToast(toasts, 'problem', errorText(t, error));
  };
  const timeline = createTimelineController({ client, store: timelines, report });
  const services: Services = {
    client,
    environment,
    formats: createFormats(environment.locale),
    t,
    views,
    navigation,
    timelines,
    toasts,
    onboarding: createOnboardingStore(),
    drafts: createDrafts({
      save: (roomId, text) => client.request('conversations.setDraft', { roomId, text }),
      after: environment.after,
    }),
    navigator: createNavigator({ navigation, views, timelines, timeline }),
    timeline,
    perform: async (name, params) => {
      try {
        return await client.request(name, params);
      } catch (error) {
        report(error);
        return undefined;
      }
    },
    start() {
      followTheme(views, environment);
      keepFocus(environment.documentElement.ownerDocument);
      environment.onLeave(services.drafts.flushAll);
      startEngineLink(services);
    },
  };
  return services;
}
