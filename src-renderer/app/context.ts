/** Hands the services to components, and parts of the stores as React state. */
import { createContext, useContext, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { Services } from './services.ts';
import type { Navigation } from './state/navigation.ts';
import type { Timelines } from './state/timelines.ts';
import type { Views } from './state/views.ts';
import type { Translate } from './i18n/translate.ts';

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error('a component stands outside of App');
  return services;
}

export function useT(): Translate {
  return useServices().t;
}

export function useViews<Part>(select: (views: Views) => Part): Part {
  return useStore(useServices().views, select);
}

export function useNavigation<Part>(select: (navigation: Navigation) => Part): Part {
  return useStore(useServices().navigation, select);
}

export function useTimelines<Part>(select: (timelines: Timelines) => Part): Part {
  return useStore(useServices().timelines, select);
}

/** True while the window has the focus and can be seen. */
export function useIsInFront(): boolean {
  const { environment } = useServices();
  const [isInFront, setIsInFront] = useState(environment.isInFront);
  useEffect(
    () =>
      environment.onFrontChange(() => {
        setIsInFront(environment.isInFront());
      }),
    [environment],
  );
  return isInFront;
}

/** The time, renewed every `everyMs`; for words such as "Yesterday" that grow old. */
export function useNow(everyMs: number): number {
  const { environment } = useServices();
  const [nowMs, setNowMs] = useState(environment.nowMs);
  useEffect(
    () =>
      environment.after(everyMs, () => {
        setNowMs(environment.nowMs());
      }),
    [environment, everyMs, nowMs],
  );
  return nowMs;
}

export function useMedia(query: string): boolean {
  const { environment } = useServices();
  const [matches, setMatches] = useState(false);
  useEffect(() => environment.watchMedia(query, setMatches), [environment, query]);
  return matches;
}
