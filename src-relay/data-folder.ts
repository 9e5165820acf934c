import { join } from 'node:path';

export interface UserEnvironment {
  readonly platform: NodeJS.Platform;
  readonly homeDirectory: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Where a relay keeps its data unless told otherwise: the platform's place for an application's data. */
export function defaultDataFolder({ platform, homeDirectory, variables }: UserEnvironment): string {
  const name = 'kith-relay';
  switch (platform) {
    case 'win32':
      return join(variables['APPDATA'] ?? join(homeDirectory, 'AppData', 'Roaming'), name);
    case 'darwin':
      return join(homeDirectory, 'Library', 'Application Support', name);
    default: {
      const base = variables['XDG_DATA_HOME'];
      // The XDG Base Directory Specification tells to ignore a relative path.
      return join(base?.startsWith('/') === true ? base : join(homeDirectory, '.local', 'share'), name);
    }
  }
}
