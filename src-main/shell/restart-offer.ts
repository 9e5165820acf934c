/** The engine or the page is beyond mending by itself: says so and asks what to do. */
import type { App, BrowserWindow, Dialog } from 'electron';
import type { KithError } from '../../src-shared/errors.ts';

export interface OfferParts {
  readonly app: App;
  readonly dialog: Dialog;
  readonly window: () => BrowserWindow | null;
}

const RESTART = 0;

/** Starts Kith anew when the person wants it. Asked once: the window says what happened all the while. */
export async function offerRestart({ app, dialog, window }: OfferParts, error: KithError): Promise<void> {
  const answer = await ask(dialog, window(), {
    message: 'Kith has to start again',
    detail: error.message,
    buttons: ['Start again', 'Not now'],
  });
  if (answer === RESTART) await restart(app);
}

/** Once the engine's thread has ended there is only a new process. */
export function restart(app: App): Promise<null> {
  app.relaunch();
  app.quit();
  return Promise.resolve(null);
}

export async function offerReload({ dialog, window }: OfferParts): Promise<'reload' | 'quit'> {
  const answer = await ask(dialog, window(), {
    message: 'The window of Kith keeps failing',
    detail: 'Your messages are safe. You can try once more, or quit and start Kith later.',
    buttons: ['Try again', 'Quit'],
  });
  return answer === RESTART ? 'reload' : 'quit';
}

interface Question {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly [first: string, second: string];
}

async function ask(dialog: Dialog, window: BrowserWindow | null, question: Question): Promise<number> {
  const options = {
    type: 'error' as const,
    title: 'Kith',
    ...question,
    buttons: [...question.buttons],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  };
  const { response } = await (window === null
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(window, options));
  return response;
}
