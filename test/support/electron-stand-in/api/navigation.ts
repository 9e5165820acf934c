/** Chromium's error texts with the numbers that Electron gives for them (Chromium's net_error_list.h). */
const ERROR_CODES: Readonly<Record<string, number>> = {
  ERR_FAILED: -2,
  ERR_ABORTED: -3,
  ERR_UNEXPECTED: -9,
  ERR_BLOCKED_BY_CLIENT: -20,
  ERR_NAME_NOT_RESOLVED: -105,
  ERR_UNKNOWN_URL_SCHEME: -302,
};

/** Why `loadURL` was rejected, with the fields Electron's error has. */
export class LoadError extends Error {
  readonly errno: number;
  readonly code: string;
  readonly url: string;

  constructor(errorText: string, url: string) {
    const code = errorText.replace(/^net::/, '');
    const errno = ERROR_CODES[code] ?? -2;
    super(`${code} (${String(errno)}) loading '${url}'`);
    this.errno = errno;
    this.code = code;
    this.url = url;
  }
}

/** Two addresses of one document: requests carry no fragment. */
export function sameDocumentUrl(a: string, b: string): boolean {
  const bare = (url: string): string => {
    if (!URL.canParse(url)) return url;
    const parsed = new URL(url);
    parsed.hash = '';
    return parsed.href;
  };
  return bare(a) === bare(b);
}

/** Remembers which document the app itself asked for, so that everything else is known to be the page's wish. */
export class Navigation {
  private expected: string | undefined;
  private waiting: { resolve(): void; reject(error: Error): void }[] = [];

  expect(url: string): void {
    this.expected = url;
  }

  /** Whether the app asked for this document; asked once, it is no longer expected. */
  takeExpected(url: string): boolean {
    const matches = this.expected !== undefined && sameDocumentUrl(this.expected, url);
    if (matches) this.expected = undefined;
    return matches;
  }

  finished(): Promise<void> {
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  settle(error?: Error): void {
    for (const waiter of this.waiting.splice(0)) {
      if (error) waiter.reject(error);
      else waiter.resolve();
    }
  }
}
