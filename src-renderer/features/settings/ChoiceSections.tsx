/** The sections that only choose between values of the settings. */
import type { RequestParams } from '../../../src-shared/contract/requests.ts';
import { useServices, useViews } from '../../app/context.ts';
import { RadioList, SwitchRow } from '../../ui/Choices.tsx';

function useSettings() {
  const { perform, views } = useServices();
  const settings = useViews((state) => state.settings);
  const change = async (changes: RequestParams<'settings.set'>): Promise<void> => {
    const changed = await perform('settings.set', changes);
    if (changed !== undefined) views.setState({ settings: changed });
  };
  return { settings, change };
}

export function PrivacySection() {
  const { t } = useServices();
  const { settings, change } = useSettings();
  if (settings === null) return null;
  return (
    <>
      <SwitchRow
        label={t('settings.receipts')}
        text={t('settings.receiptsText')}
        isOn={settings.sendReadReceipts}
        onChange={(sendReadReceipts) => void change({ sendReadReceipts })}
      />
      <SwitchRow
        label={t('settings.typing')}
        text={t('settings.typingText')}
        isOn={settings.sendTyping}
        onChange={(sendTyping) => void change({ sendTyping })}
      />
    </>
  );
}

export function NotificationSection() {
  const { t } = useServices();
  const { settings, change } = useSettings();
  if (settings === null) return null;
  return (
    <RadioList
      label={t('settings.content')}
      value={settings.notificationContent}
      choices={[
        { value: 'all', label: t('settings.content.all') },
        { value: 'name', label: t('settings.content.name') },
        { value: 'nothing', label: t('settings.content.nothing') },
      ]}
      onChange={(notificationContent) => void change({ notificationContent })}
    />
  );
}

export function AppearanceSection() {
  const { t } = useServices();
  const { settings, change } = useSettings();
  if (settings === null) return null;
  return (
    <RadioList
      label={t('settings.theme')}
      value={settings.theme}
      choices={[
        { value: 'system', label: t('settings.theme.system') },
        { value: 'light', label: t('settings.theme.light') },
        { value: 'dark', label: t('settings.theme.dark') },
      ]}
      onChange={(theme) => void change({ theme })}
    />
  );
}
