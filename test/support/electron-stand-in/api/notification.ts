import { randomUUID } from 'node:crypto';
import type { NativeRecord } from '../record/record.ts';
import { preventable, strict, StrictEmitter } from './strict.ts';

type Options = Electron.NotificationConstructorOptions;

/** A notification that only the record shows. Tests emit `click`, `reply`, `action` or `close` on it. */
export class Notification extends StrictEmitter {
  readonly id: string;
  readonly groupId: string;
  readonly groupTitle: string;
  title: string;
  subtitle: string;
  body: string;
  replyPlaceholder: string;
  sound: string;
  closeButtonText: string;
  actions: Electron.NotificationAction[];
  silent: boolean;
  hasReply: boolean;
  urgency: Electron.Notification['urgency'];
  timeoutType: Electron.Notification['timeoutType'];
  toastXml: string;
  icon: unknown;
  private readonly record: NativeRecord;

  constructor(record: NativeRecord, options: Options = {}) {
    super('Notification');
    this.record = record;
    this.id = options.id ?? randomUUID();
    this.groupId = options.groupId ?? '';
    this.groupTitle = options.groupTitle ?? '';
    this.title = options.title ?? '';
    this.subtitle = options.subtitle ?? '';
    this.body = options.body ?? '';
    this.replyPlaceholder = options.replyPlaceholder ?? '';
    this.sound = options.sound ?? '';
    this.closeButtonText = options.closeButtonText ?? '';
    this.actions = options.actions ?? [];
    this.silent = options.silent ?? false;
    this.hasReply = options.hasReply ?? false;
    this.urgency = options.urgency ?? 'normal';
    this.timeoutType = options.timeoutType ?? 'default';
    this.toastXml = options.toastXml ?? '';
    this.icon = options.icon;
  }

  show(): void {
    this.record.addObject('Notification', this);
    this.record.add('Notification.show', { title: this.title, body: this.body });
    this.emit('show', preventable({}));
  }

  close(): void {
    this.record.removeObject('Notification', this);
    this.emit('close', preventable({}));
  }
}

export function createNotificationApi(record: NativeRecord) {
  const shown = (): Notification[] => (record.objects.get('Notification') ?? []) as Notification[];
  class AppNotification extends Notification {
    constructor(options?: Options) {
      super(record, options);
    }

    static isSupported(): boolean {
      return true;
    }

    static getHistory(): Promise<Notification[]> {
      return Promise.resolve(shown());
    }

    static remove(id: string | string[]): void {
      for (const notification of shown()) if ([id].flat().includes(notification.id)) notification.close();
    }

    static removeGroup(groupId: string): void {
      for (const notification of shown()) if (notification.groupId === groupId) notification.close();
    }

    static removeAll(): void {
      for (const notification of shown()) notification.close();
    }
  }
  // On the app's own class, so that a test can replace it through the module: `Notification.prototype.show = …`.
  return strict('Notification', AppNotification);
}
