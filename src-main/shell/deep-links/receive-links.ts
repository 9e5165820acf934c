/** Where links come from: the command line, a second start, and on macOS the system. */
import type { App } from 'electron';
import type { Logger } from '../../engine/log.ts';
import { LINK_SCHEME, linksIn, readLink } from './deep-links.ts';

export interface LinkParts {
  readonly app: App;
  /** Of this start. */
  readonly argv: readonly string[];
  readonly log: Logger;
  readonly onJoin: (link: string) => void;
  /** Somebody started Kith or opened a link: the window belongs in front. */
  readonly onCalled: () => void;
}

/** Call before `ready`: macOS hands a link over while the app is starting. */
export function receiveLinks({ app, argv, log, onJoin, onCalled }: LinkParts): void {
  const open = (text: string): void => {
    const opened = readLink(text);
    if (opened.type === 'join') onJoin(opened.link);
    else log.warn('link.ignored');
  };
  linksIn(argv).forEach(open);
  app.on('open-url', (event, url) => {
    event.preventDefault();
    open(url);
    if (app.isReady()) onCalled();
  });
  app.on('second-instance', (_event, secondArgv) => {
    linksIn(secondArgv).forEach(open);
    onCalled();
  });
  // Registering a checkout of the sources would leave the system pointing at it.
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
}
