import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import type { AccountView } from '../../../src-shared/contract/views.ts';
import { useMedia, useServices } from '../../app/context.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { AboutSection } from './AboutSection.tsx';
import { AppearanceSection, NotificationSection, PrivacySection } from './ChoiceSections.tsx';
import { ProfileSection } from './ProfileSection.tsx';
import { RelaySection } from './RelaySection.tsx';
import { SecuritySection } from './SecuritySection.tsx';
import css from './SettingsDialog.module.css';

type SectionName = 'profile' | 'privacy' | 'security' | 'notifications' | 'appearance' | 'relay' | 'about';

interface SectionEntry {
  readonly title: `settings.${SectionName}`;
  readonly content: ReactNode;
}

export function SettingsDialog({ account }: { readonly account: AccountView }) {
  const { t, navigator } = useServices();
  const isNarrow = useMedia('(max-width: 640px)');
  const sections: readonly SectionEntry[] = [
    { title: 'settings.profile', content: <ProfileSection account={account} /> },
    { title: 'settings.privacy', content: <PrivacySection /> },
    { title: 'settings.security', content: <SecuritySection /> },
    { title: 'settings.notifications', content: <NotificationSection /> },
    { title: 'settings.appearance', content: <AppearanceSection /> },
    { title: 'settings.relay', content: <RelaySection account={account} /> },
    { title: 'settings.about', content: <AboutSection /> },
  ];
  return (
    <Dialog title={t('settings.title')} size="wide" onClose={navigator.closeDialog}>
      <Tabs.Root
        className={css['settings']}
        defaultValue="settings.profile"
        orientation={isNarrow ? 'horizontal' : 'vertical'}
      >
        <Tabs.List className={css['tabs']} aria-label={t('settings.sections')}>
          {sections.map(({ title }) => (
            <Tabs.Trigger key={title} value={title} className={css['tab']}>
              {t(title)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {sections.map(({ title, content }) => (
          <Tabs.Content key={title} value={title} className={css['content']}>
            {content}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Dialog>
  );
}
