/**
 * Chromium refuses documents of schemes it does not know, so `scheme://host/x` is shown to it as
 * `https://host.scheme.standin/x`: a secure origin of its own, for which `'self'` in a CSP works.
 */
const SUFFIX = '.standin';

/** Whether this scheme can stand in a host name. */
export function canBeMapped(scheme: string): boolean {
  return /^[a-z][a-z0-9-]*$/.test(scheme);
}

export class Origins {
  private readonly schemes = new Set<string>();

  add(scheme: string): void {
    this.schemes.add(scheme);
  }

  get all(): readonly string[] {
    return [...this.schemes];
  }

  /** The address that Chromium gets. */
  toChromium(url: string): string {
    const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(url) ?? [];
    if (scheme === undefined || rest === undefined || !this.schemes.has(scheme.toLowerCase())) return url;
    const end = rest.search(/[/?#]|$/);
    return `https://${rest.slice(0, end)}.${scheme.toLowerCase()}${SUFFIX}${rest.slice(end)}`;
  }

  /** The address that the app sees. */
  toApp(url: string): string {
    const [, host, scheme, rest] =
      /^https:\/\/([^/?#]*)\.([a-z][a-z0-9-]*)\.standin([/?#].*)?$/s.exec(url) ?? [];
    if (host === undefined || scheme === undefined || !this.schemes.has(scheme)) return url;
    return `${scheme}://${host}${rest ?? ''}`;
  }

  /** Content-Security-Policy names own schemes as `app:` or `app://host`; Chromium needs the mapped names beside them. */
  policyToChromium(policy: string): string {
    return policy.replace(/[^\s;,]+/g, (source) => {
      const scheme = /^([a-z][a-z0-9-]*):$/i.exec(source)?.[1]?.toLowerCase();
      if (scheme !== undefined && this.schemes.has(scheme)) return `${source} https://*.${scheme}${SUFFIX}`;
      const mapped = this.toChromium(source);
      return mapped === source ? source : `${source} ${mapped}`;
    });
  }
}

/** Origin as Electron gives it for standard schemes of an app, where WHATWG says `null`. */
export function originOf(url: string): string {
  const { origin, protocol, host } = new URL(url);
  return origin === 'null' && host !== '' ? `${protocol}//${host}` : origin;
}
