import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotInStandIn } from './strict.ts';

function appDataFolder(env: NodeJS.ProcessEnv): string {
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support');
    case 'win32':
      return env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming');
    default:
      return env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  }
}

/** `app.getPath` and `app.setPath`; folders that depend on the app's name are worked out when they are asked for. */
export class Paths {
  private readonly chosen = new Map<string, string>();

  constructor(userDataDir: string | undefined) {
    // Chromium's own switch, which Electron honours for userData.
    if (userDataDir !== undefined) this.chosen.set('userData', userDataDir);
  }

  set(name: string, path: string): void {
    this.chosen.set(name, path);
  }

  get(name: string, appName: string): string {
    const chosen = this.chosen.get(name);
    if (chosen !== undefined) return chosen;
    switch (name) {
      case 'home':
        return homedir();
      case 'appData':
        return appDataFolder(process.env);
      case 'userData':
      case 'sessionData':
        return name === 'sessionData'
          ? this.get('userData', appName)
          : join(this.get('appData', appName), appName);
      case 'logs':
        return process.platform === 'darwin'
          ? join(homedir(), 'Library', 'Logs', appName)
          : join(this.get('userData', appName), 'logs');
      case 'temp':
        return tmpdir();
      case 'exe':
        return process.execPath;
      case 'downloads':
      case 'desktop':
      case 'documents':
      case 'music':
      case 'pictures':
      case 'videos':
        return join(homedir(), `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`);
      default:
        throw new NotInStandIn(`app.getPath('${name}')`);
    }
  }
}
