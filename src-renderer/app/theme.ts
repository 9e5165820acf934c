/** Keeps the theme on the root element: the person's choice, or the computer's. */
import type { SettingsView } from '../../src-shared/contract/views.ts';
import type { Environment } from './environment.ts';
import type { ViewsStore } from './state/views.ts';

export type Theme = 'light' | 'dark';
type Darkness = 'dark-system' | 'light-system';

export function chooseTheme(setting: SettingsView['theme'], system: Darkness): Theme {
  if (setting !== 'system') return setting;
  return system === 'dark-system' ? 'dark' : 'light';
}

export function followTheme(views: ViewsStore, environment: Environment): void {
  let system: Darkness = 'light-system';
  const apply = (): void => {
    const setting = views.getState().settings?.theme ?? 'system';
    environment.documentElement.dataset['theme'] = chooseTheme(setting, system);
  };
  environment.watchMedia('(prefers-color-scheme: dark)', (isDark) => {
    system = isDark ? 'dark-system' : 'light-system';
    apply();
  });
  views.subscribe((state, before) => {
    if (state.settings !== before.settings) apply();
  });
}
